import { connect, type Socket } from "node:net"
import { HttpResponse } from "./HttpResponse.ts"

const closedWithinMs = 100

/** Where requests go and what they are. */
export interface Target {
  readonly host: string
  readonly port: number
  readonly method: string
  readonly path: string
  readonly body: string | null
}

/** What became of a request: a whole answer, a connection that was not to be had, or one that broke before the end. */
export type Outcome =
  | { readonly is: "answered"; readonly status: number }
  | { readonly is: "refused" }
  | { readonly is: "lost" }

/** The bytes of the request; the connection is for it alone unless it is to be kept. */
export const bytesOf = ({ body, host, method, path, port }: Target, connection: "close" | "keep-alive"): Buffer => {
  const name = host.includes(":") ? `[${host}]` : host
  const fields = [`Host: ${name}:${port}`, "User-Agent: ebb-check", "Accept: */*", `Connection: ${connection}`]
  if (body !== null) {
    const type = /^\s*[[{]/u.test(body) ? "application/json" : "text/plain; charset=utf-8"
    fields.push(`Content-Type: ${type}`, `Content-Length: ${Buffer.byteLength(body)}`)
  }
  return Buffer.from(`${method} ${path} HTTP/1.1\r\n${fields.join("\r\n")}\r\n\r\n${body ?? ""}`)
}

/** One request over a connection of its own. Times are those of `performance.now()`. */
export class Call {
  /** When all its bytes had left; null before. */
  sentAtMs: number | null = null
  /** Whether the server is known to have read it. */
  isTaken = false
  /** Whether it was read and not answered when the rollout's signal was sent. */
  isInFlight = false
  outcome: Outcome | null = null
  endedAtMs: number | null = null
  private readonly socket: Socket
  private readonly response: HttpResponse
  private readonly onEnd: (call: Call) => void

  constructor(target: Target, onEnd: (call: Call) => void) {
    this.onEnd = onEnd
    this.response = new HttpResponse(target.method)
    this.socket = connect({ host: target.host, port: target.port })
    this.socket.once("connect", () => this.send(bytesOf(target, "close")))
    this.socket.on("data", (bytes) => this.read(bytes))
    this.socket.once("end", () => this.serverClosed())
    this.socket.on("error", () => this.broke())
    this.socket.once("close", () => this.broke())
  }

  /** The port of this end: by it the kernel's list names the connection. */
  get localPort(): number | null {
    return this.socket.localPort ?? null
  }

  /** Gives up on it. */
  abandon(): void {
    this.socket.destroy()
    this.broke()
  }

  private send(bytes: Buffer): void {
    this.socket.setNoDelay(true)
    this.socket.write(bytes, () => {
      this.sentAtMs = performance.now()
    })
  }

  private read(bytes: Buffer | string): void {
    this.isTaken = true
    this.response.push(bytes)
    if (this.response.isWhole) this.answered()
  }

  private serverClosed(): void {
    this.response.finish()
    if (!this.response.isWhole) return this.broke()
    this.answered()
    // Both sides are done with it. A reset leaves no entry to wait out its minute in the kernel's list of connections,
    // which is read over and over while the server drains.
    this.socket.resetAndDestroy()
  }

  private answered(): void {
    this.end({ is: "answered", status: this.response.status ?? 0 })
    // The server was asked to close the connection; one that does not is not waited for.
    this.socket.setTimeout(closedWithinMs, () => this.socket.destroy())
  }

  private broke(): void {
    this.end({ is: this.sentAtMs === null && !this.isTaken ? "refused" : "lost" })
    this.socket.destroy()
  }

  private end(outcome: Outcome): void {
    if (this.outcome !== null) return
    this.outcome = outcome
    this.endedAtMs = performance.now()
    this.onEnd(this)
  }
}
