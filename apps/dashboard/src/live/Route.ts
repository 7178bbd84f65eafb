/** What the page shows, as the part of its address behind `#` says it. */
export type Route =
  | { readonly view: "start" }
  | { readonly view: "apps" }
  | { readonly view: "add" }
  | { readonly view: "app"; readonly app: string }
  | { readonly view: "rollout"; readonly rollout: string }

/** As it stands where it is not encoded as addresses are: no app is called so, and the page says that. */
const decoded = (part: string): string => {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

/** Reads an address; what means nothing is the start. */
export const parse = (hash: string): Route => {
  const [view = "", name = ""] = hash.replace(/^#\/?/, "").split("/", 2).map(decoded)
  if (view === "apps" || view === "add") return { view }
  if (view === "app" && name !== "") return { view, app: name }
  if (view === "rollout" && name !== "") return { view, rollout: name }
  return { view: "start" }
}

export const toApps = "#/apps"
export const toAdd = "#/add"
export const toApp = (alias: string): string => `#/app/${encodeURIComponent(alias)}`
export const toRollout = (id: string): string => `#/rollout/${encodeURIComponent(id)}`
