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

/** What is seen of a connection from outside. */
export interface Noted {
  /** The server has read all of the request. */
  readonly isTaken: boolean
  /** A process of the server's has its end open. */
  readonly isHeld: boolean
  /** What has arrived here and waits to be read. */
  readonly unreadBytes: number
}

/** One request over a connection of its own. Times are those of `performance.now()`. */
export class Call {
  /** When all its bytes had left; null before. */
  sentAtMs: number | null = null
  /** Whether the server is known to have read it. */
  isTaken = false
  /** Whether it was read and not answered when the rollout's signal was sent. */
  isInFlight = false
  /** Whether it was over for the server when the signal was sent, though its end was read here later. */
  wasOver = false
  /** Whether the server is known to have it in hand: read, and nothing of an answer is here. */
  isAtWork = false
  outcome: Outcome | null = null
  endedAtMs: number | null = null
  private receivedBytes = 0
  /** How many bytes of its answer had left the server when it was last looked at, and when the signal was sent. */
  private sentBytes = 0
  private sentBeforeSignalBytes = 0
  private isHeld = true
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

  /** What the kernel lists of its two ends. Nothing may come in between the listing and this. */
  noted({ isHeld, isTaken, unreadBytes }: Noted): void {
    if (isTaken || unreadBytes > 0) this.isTaken = true
    this.isHeld = isHeld
    this.sentBytes = this.receivedBytes + unreadBytes
    this.isAtWork = this.isTaken && isHeld && this.sentBytes === 0
  }

  /** The rollout's signal was sent when it was last looked at. */
  signalled(): void {
    this.sentBeforeSignalBytes = this.sentBytes
    this.wasOver = this.isTaken && !this.isHeld
    this.isInFlight = this.isTaken && this.isHeld
  }

  /** Gives up on it. */
  abandon(): void {
    this.socket.destroy()
    this.broke()
  }

  private send(bytes: Buffer): void {
    this.socket.setNoDelay(true)
    const sent = (): void => {
      this.sentAtMs ??= performance.now()
    }
    this.socket.write(bytes, sent)
    // Nearly always the kernel takes them at once; to be told so takes another turn.
    if (this.socket.writableLength === 0) sent()
  }

  private read(bytes: Buffer | string): void {
    this.isTaken = true
    this.receivedBytes += bytes.length
    this.response.push(bytes)
    if (!this.response.isWhole) return
    if (this.isInFlight && this.receivedBytes <= this.sentBeforeSignalBytes) {
      this.wasOver = true
      this.isInFlight = false
    }
    this.answered()
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
