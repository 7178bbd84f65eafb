import type { Connection, Exchange } from "@ebb/protocol/rest/Client"
import { Effect } from "effect"
import http from "node:http"
import https from "node:https"
import { CommandFailed } from "../kit/Errors.ts"

/** An answer of the data plane, read to its end. */
export interface Answered {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  readonly text: string
}

// fetch sends at most 256 requests at a time and gives up on slow answers: callers of an app wait as long as it takes.
const agents = { "http:": http, "https:": https } as const
const keepAlive = { keepAlive: true, maxSockets: Infinity }
const pools = { "http:": new http.Agent(keepAlive), "https:": new https.Agent(keepAlive) } as const

const isKnown = (protocol: string): protocol is keyof typeof agents => protocol in agents

/** Sends a request, whatever comes back; rejects where the connection breaks before the whole answer is there. */
export const send = (
  { key, observe }: Connection,
  method: string,
  url: string,
  body: string | null,
  signal?: AbortSignal
): Promise<Answered> =>
  new Promise((resolve, reject) => {
    const { protocol } = new URL(url)
    const kind = isKnown(protocol) ? protocol : "http:"
    const headers: Record<string, string> = { "content-type": "application/json" }
    if (key !== null) headers["authorization"] = `Key ${key}`
    const exchange: Exchange = { method, url, headers, body, answer: null }
    observe?.(exchange)
    const options = { method, headers, agent: pools[kind], ...(signal === undefined ? {} : { signal }) }
    const request = agents[kind].request(url, options, (response) => {
      const chunks: Array<Buffer> = []
      response.on("data", (chunk: Buffer) => chunks.push(chunk))
      response.on("error", reject)
      response.on("end", () => {
        const text = Buffer.concat(chunks).toString("utf8")
        const answered = { status: response.statusCode ?? 0, headers: response.headers, text }
        exchange.answer = answered
        if (response.complete) resolve(answered)
        else reject(new Error("The answer was cut short"))
      })
    })
    request.on("error", reject)
    request.end(body ?? undefined)
  })

/** The same as an effect; a sandbox that is away is a failed command. */
export const call = (connection: Connection, method: string, url: string, body: string | null) =>
  Effect.tryPromise({
    try: (signal) => send(connection, method, url, body, signal),
    catch: (because) => {
      const { host } = new URL(url)
      const isAway = because instanceof Error && "code" in because && because.code === "ECONNREFUSED"
      const text = isAway ? `No sandbox answers at ${host}. Start one with: ebb up` : `The connection to ${host} broke`
      return new CommandFailed({ text, because })
    }
  })
