/** Whose light or dark a page shows. */
export type Theme = "system" | "light" | "dark"

export const themes: ReadonlyArray<Theme> = ["system", "light", "dark"]

const place = "ebb-theme"
let ofSystem: MediaQueryList | null = null
const listeners = new Set<() => void>()
let chosen: Theme | null = null

/** A page from a file may have no place to keep anything. */
const kept = (): Theme => {
  try {
    return themes.find((theme) => theme === localStorage.getItem(place)) ?? "system"
  } catch {
    return "system"
  }
}

export const current = (): Theme => (chosen ??= kept())

const apply = (): void => {
  const isDark = current() === "dark" || (current() === "system" && ofSystem?.matches === true)
  document.documentElement.toggleAttribute("data-dark", isDark)
  for (const listener of listeners) listener()
}

export const choose = (theme: Theme): void => {
  chosen = theme
  try {
    localStorage.setItem(place, theme)
  } catch {
    // Then it holds for this page only.
  }
  apply()
}

/** Tells who has drawn something in the colours of before. */
export const whenChanged = (listener: () => void): void => {
  listeners.add(listener)
}

/** Puts the page into its colours, before anything is drawn. */
export const start = (): void => {
  ofSystem = matchMedia("(prefers-color-scheme: dark)")
  ofSystem.addEventListener("change", apply)
  apply()
}
