import { placeOf } from "../../kernel/Apps.ts"

/** The platform's hosts that this port stands in for; each is the first part of a path. */
export const hosts = ["fal.run", "queue.fal.run", "rest.fal.ai"] as const
export type Host = (typeof hosts)[number]

/** Names by which released clients know those hosts besides. */
const otherNames: Readonly<Record<string, Host>> = { "ws.fal.run": "fal.run", "rest.alpha.fal.ai": "rest.fal.ai" }

/** Every name of those hosts, and which one it means. */
export const hostsByName: ReadonlyMap<string, Host> = new Map([
  ...hosts.map((host) => [host, host] as const),
  ...Object.entries(otherNames)
])

/** Hosts of the CDN: where files are read, and sent by clients that send them there. */
export const mediaHosts = ["v3.fal.media", "v3b.fal.media", "v2.fal.media", "fal.media"] as const

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
export const targetOf = (host: string, path: string): Target | null => {
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

/** An address on one of the platform's hosts, taken apart. */
export interface Address {
  readonly host: Host
  /** Under our own origin. */
  readonly url: URL
  /** What stands behind the host, without the query. */
  readonly path: string
  readonly query: URLSearchParams
  /** The query without what was meant for the platform; starts with `?` unless it is empty. */
  readonly search: string
  /** Null when it names no app. */
  readonly target: Target | null
  /** Whether simulated runners answer it with events. */
  readonly isStream: boolean
}

export const read = (host: Host, url: URL, path: string): Address => {
  const target = host === "rest.fal.ai" ? null : targetOf(host, path)
  const isStream = target?.kind === "run" && /\/stream\/?$/.test(target.path)
  return { host, url, path, query: url.searchParams, search: searchOf(url), target, isStream }
}

const searchOf = (url: URL): string => {
  if (url.search === "") return ""
  const query = new URLSearchParams(url.search)
  query.delete("fal_webhook")
  query.delete("fal_max_queue_length")
  query.delete("fal_jwt_token")
  return query.size === 0 ? "" : `?${query}`
}
