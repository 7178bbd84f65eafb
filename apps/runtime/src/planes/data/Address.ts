import * as Target from "./Target.ts"

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
  readonly target: Target.Target | null
  /** Whether simulated runners answer it with events. */
  readonly isStream: boolean
}

export const read = (host: Host, url: URL, path: string): Address => {
  const target = host === "rest.fal.ai" ? null : Target.parse(host, path)
  const isStream = target?.kind === "run" && /\/stream\/?$/.test(target.path)
  return { host, url, path, query: url.searchParams, search: searchOf(url), target, isStream }
}

const searchOf = (url: URL): string => {
  if (url.search === "") return ""
  const query = new URLSearchParams(url.search)
  query.delete("fal_webhook")
  query.delete("fal_max_queue_length")
  return query.size === 0 ? "" : `?${query}`
}
