import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from "node:http2"
import type { Socket } from "node:net"
import type { Exchange } from "./Exchange.ts"
import { type Abandon, howOf } from "./Http1.ts"
import { headersOf, isTls, originOf, type Target } from "./Target.ts"

/** What HTTP/2 has no use for. */
const ofHttp1 = new Set(["connection", "keep-alive", "transfer-encoding", "upgrade", "host"])

const text = (value: unknown): string | null => (typeof value === "string" ? value : null)

/** A connection of HTTP/2, for one request or for one after the other. */
export class Http2Connection {
  private readonly target: Target
  private session: ClientHttp2Session
  private localPort: number | undefined
  private isGone = false
  private saidGoAway = false
  private wasReset = false
  private isRefused = false
  private onClosed: (() => void) | null = null

  constructor(target: Target) {
    this.target = target
    this.session = this.open()
  }

  private open(): ClientHttp2Session {
    this.isGone = false
    this.saidGoAway = false
    const session = connect(originOf(this.target), isTls(this.target) ? { rejectUnauthorized: false } : {})
    session.on("connect", (_, socket) => {
      this.localPort = (socket as Socket).localPort
    })
    session.on("goaway", () => {
      this.saidGoAway = true
    })
    session.on("error", (error) => {
      this.wasReset = true
      this.isRefused = howOf(error) === "refused"
    })
    session.on("close", () => {
      this.isGone = true
      this.onClosed?.()
    })
    return session
  }

  /** Sends a request, over a new connection where this one is no longer to be used. */
  send(exchange: Exchange): Abandon {
    exchange.isReused = this.localPort !== undefined && !this.isGone
    if (this.isGone || this.saidGoAway || this.session.destroyed) this.session = this.open()
    const { body, method, path } = this.target
    const headers = Object.entries(headersOf(this.target)).filter(([name]) => !ofHttp1.has(name))
    const stream = this.session.request({ ":method": method, ":path": path, ...Object.fromEntries(headers) })
    if (this.session.connecting) this.session.once("connect", () => exchange.connected(this.localPort))
    else exchange.connected(this.localPort)
    this.follow(stream, exchange)
    stream.end(body ?? undefined)
    return () => {
      stream.destroy()
      exchange.broke("closed")
    }
  }

  private follow(stream: ClientHttp2Stream, exchange: Exchange): void {
    let trailers: ReadonlyArray<string> = []
    stream.on("finish", () => exchange.flushed())
    stream.on("response", (headers) => {
      exchange.received(1)
      exchange.server = text(headers.server) ?? text(headers["x-powered-by"])
      exchange.answer.begin(Number(headers[":status"] ?? 0), headers)
    })
    stream.on("data", (piece: Buffer) => {
      exchange.received(piece.length)
      exchange.answer.push(piece)
    })
    stream.on("trailers", (fields) => {
      trailers = Object.keys(fields)
    })
    stream.on("error", () => {})
    stream.on("close", () => {
      exchange.saidClose = this.saidGoAway
      if (stream.rstCode === constants.NGHTTP2_NO_ERROR && exchange.answer.status > 0) exchange.answered({ trailers })
      // The server says of such a request that it never began with it.
      else if (stream.rstCode === constants.NGHTTP2_REFUSED_STREAM || this.isRefused) exchange.broke("refused")
      else exchange.broke(this.wasReset ? "reset" : "closed")
    })
  }

  /** Calls back once the connection is closed by the server; answers false where there is none. */
  watch(onClosed: (wasReset: boolean) => void): boolean {
    if (this.isGone || this.session.connecting) return false
    this.onClosed = () => onClosed(this.wasReset)
    return true
  }

  close(): void {
    this.session.destroy()
  }
}

/** Sends a request over a connection of its own. */
export const sendAlone = (target: Target, exchange: Exchange): Abandon => {
  const connection = new Http2Connection(target)
  exchange.whenOver(() => connection.close())
  return connection.send(exchange)
}
