import * as Theme from "./Theme.ts"

/** Something drawn in the colours of the page. */
export interface Painted {
  /** Draws it again in other colours. */
  readonly repaint: () => void
  /** Draws it for paper, or for the screen again. */
  readonly paper: (on: boolean) => void
}

const painted = new Set<Painted>()

/** Paper is light, and finer than a screen: whatever is drawn must be drawn for it before the browser takes its picture. */
const paper = (on: boolean): void => {
  document.documentElement.toggleAttribute("data-print", on)
  for (const one of painted) one.paper(on)
}

let isListening = false

const listen = (): void => {
  if (isListening) return
  isListening = true
  Theme.whenChanged(() => {
    for (const one of painted) one.repaint()
  })
  addEventListener("beforeprint", () => paper(true))
  addEventListener("afterprint", () => paper(false))
}

/** Keeps it in the colours of the page: light or dark, on screen or on paper; until the answer is called. */
export const keepPainted = (one: Painted): (() => void) => {
  listen()
  painted.add(one)
  return () => {
    painted.delete(one)
  }
}
