import { placeOf } from "../../kernel/Apps.ts"

/** An app by its address: `app` as it stands there, `name--env` or a name alone for the environment main. */
export interface AppNamed {
  readonly owner: string
  readonly app: string
  readonly name: string
  readonly env: string
  /** Team, environment and name in one. */
  readonly place: string
}

/** What part of the platform a path stands for. */
export type Target = AppNamed &
  (
    | { readonly kind: "run"; readonly path: string }
    | { readonly kind: "submit"; readonly path: string }
    | { readonly kind: "request"; readonly id: string; readonly what: What }
  )

export type What = "status" | "status_stream" | "result" | "cancel"

const whats: Readonly<Record<string, What>> = {
  "": "result",
  response: "result",
  status: "status",
  "status/stream": "status_stream",
  cancel: "cancel"
}

/** Namespaces that stand before the owner and change nothing. */
const namespaces = ["workflows", "comfy"]

/** `owner/app/sub/path` of a host of the data plane; null when it names no app. */
export const parse = (host: string, path: string): Target | null => {
  const segments = path.split("/")
  if (segments.at(-1) === "") segments.pop()
  if (segments[0] === "") segments.shift()
  if (namespaces.includes(segments[0] ?? "")) segments.shift()
  const [owner, app, ...rest] = segments
  if (owner === undefined || app === undefined || owner === "" || app === "") return null
  const sub = rest.length === 0 ? "/" : `/${rest.join("/")}`
  const [name = app, env = "main"] = app.split("--", 2)
  const named = { owner, app, name, env, place: placeOf(owner, env, name) }
  if (host !== "queue.fal.run") return { ...named, kind: "run", path: sub }
  const at = rest.indexOf("requests")
  const id = rest[at + 1]
  if (at < 0 || id === undefined) return { ...named, kind: "submit", path: sub }
  const what =
    whats[
      rest
        .slice(at + 2)
        .join("/")
        .replace(/\/$/, "")
    ]
  return what === undefined ? null : { ...named, kind: "request", id, what }
}
