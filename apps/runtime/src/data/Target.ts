/** What part of the platform a path stands for. */
export type Target =
  | { readonly kind: "run"; readonly owner: string; readonly app: string; readonly path: string }
  | { readonly kind: "submit"; readonly owner: string; readonly app: string; readonly path: string }
  | { readonly kind: "request"; readonly owner: string; readonly app: string; readonly id: string; readonly what: What }

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
  if (host !== "queue.fal.run") return { kind: "run", owner, app, path: sub }
  const at = rest.indexOf("requests")
  const id = rest[at + 1]
  if (at < 0 || id === undefined) return { kind: "submit", owner, app, path: sub }
  const what =
    whats[
      rest
        .slice(at + 2)
        .join("/")
        .replace(/\/$/, "")
    ]
  return what === undefined ? null : { kind: "request", owner, app, id, what }
}
