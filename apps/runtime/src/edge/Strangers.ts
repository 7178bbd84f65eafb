import { Context } from "effect"

/** Which callers from elsewhere are let in: further names of the host, further origins of pages. */
export interface Allowed {
  readonly hosts: ReadonlyArray<string>
  readonly origins: ReadonlyArray<string>
}

/** Those of this sandbox. */
export class AllowedCallers extends Context.Service<AllowedCallers, Allowed>()("@ebb/runtime/edge/AllowedCallers") {}

const loopbackNames = ["localhost", "127.0.0.1", "[::1]", "::1"]

const isOwnHost = (host: string, allowed: Allowed): boolean => {
  const name = host.replace(/:\d+$/, "").toLowerCase()
  if (loopbackNames.includes(name) || allowed.hosts.includes(name)) return true
  // Names below localhost are loopback too (RFC 6761); a client of the platform puts `ws.` before the host.
  return name.endsWith(".localhost") || /^127(\.\d+){3}$/.test(name)
}

/** A page of another origin, or a name that only looks like ours, gets nothing: why, or null for a caller that may ask. */
export const refusalOf = (host: string, origin: string | null, allowed: Allowed): string | null => {
  if (!isOwnHost(host, allowed)) return `Host '${host}' is not this sandbox; allow it with: ebb up --allow-host`
  if (origin === null || allowed.origins.includes(origin)) return null
  if (URL.parse(origin)?.host === host) return null
  return `Origin '${origin}' may not call this sandbox; allow it with: ebb up --allow-origin`
}
