import type { OutgoingHttpHeaders } from "node:http"
import type { CheckRequest } from "../CheckSettings.ts"

/** What a server speaks: HTTP/1.1 or HTTP/2 (by prior knowledge), each plain or over TLS. */
export type Protocol = "http" | "https" | "h2c" | "h2"

/** Where requests go and what they are. */
export interface Target extends CheckRequest {
  readonly host: string
  readonly port: number
  readonly protocol: Protocol
}

export const isTls = ({ protocol }: Pick<Target, "protocol">): boolean => protocol === "https" || protocol === "h2"

export const isHttp2 = ({ protocol }: Pick<Target, "protocol">): boolean => protocol === "h2c" || protocol === "h2"

const literal = (host: string): string => (host.includes(":") ? `[${host}]` : host)

/** The address without a path. */
export const originOf = (target: Pick<Target, "host" | "port" | "protocol">): string =>
  `${isTls(target) ? "https" : "http"}://${literal(target.host)}:${target.port}`

const usual = (body: string | null): OutgoingHttpHeaders => {
  const headers: OutgoingHttpHeaders = { "user-agent": "ebb-check", accept: "*/*" }
  if (body === null) return headers
  const type = /^\s*[[{]/u.test(body) ? "application/json" : "text/plain; charset=utf-8"
  return { ...headers, "content-type": type, "content-length": Buffer.byteLength(body) }
}

/** The header fields of a request, those of the settings in place of the usual ones. */
export const headersOf = ({ body, headers }: CheckRequest): OutgoingHttpHeaders => {
  const all = usual(body)
  const given = Object.groupBy(headers, ([name]) => name.toLowerCase())
  for (const [name, fields = []] of Object.entries(given)) {
    const values = fields.map(([, value]) => value)
    all[name] = values.length === 1 ? values[0] : values
  }
  return all
}
