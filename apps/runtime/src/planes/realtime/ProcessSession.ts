import { type Address, authorityOf } from "@ebb/processes/Ready"
import type { IncomingMessage } from "node:http"
import { connect, type Socket } from "node:net"
import type { Duplex } from "node:stream"
import { forwarded } from "../../kernel/Forwarded.ts"
import { Frames } from "./Frames.ts"
import type { SessionWith, Upgrade } from "./Session.ts"
import { MessagesAtWork } from "./MessagesAtWork.ts"

/** The head of the caller's request as its runner gets it. */
const headOf = ({ method, rawHeaders }: IncomingMessage, path: string, requestId: string, address: Address): string => {
  const host = `host: ${authorityOf(address)}`
  const own = [`${method} ${path} HTTP/1.1`, host, "connection: Upgrade", "upgrade: websocket"]
  const fields = rawHeaders.flatMap((name, at) => (at % 2 === 0 ? [[name, rawHeaders[at + 1]!] as const] : []))
  const kept = forwarded(fields).map(([name, value]) => `${name}: ${value}`)
  return `${[...own, `x-fal-request-id: ${requestId}`, ...kept].join("\r\n")}\r\n\r\n`
}

/** A close frame from server to client (RFC 6455, 5.5.1). */
const closeFrame = (code: number): Uint8Array => Uint8Array.of(0x88, 2, code >> 8, code & 0xff)

const events = { whole: "closed", cut: "cut", said: "dropped" } as const

/** A session on a runner that is a process: bytes go both ways as they are, and are looked at as they pass. */
export class ProcessSession implements SessionWith {
  private readonly client: Duplex
  private readonly upstream: Socket
  private readonly fromApp: Frames
  private readonly messages: MessagesAtWork
  /** Who has said first that it closes; the other side says so too then. */
  private leaving: "caller" | "app" | null = null
  /** The code with which the app has said that it closes. */
  private closeCode: number | null = null
  private isConnected = false
  private isOver = false
  private readonly ended = Promise.withResolvers<void>()

  constructor({ head, path, request, requestId, socket, tell }: Upgrade, address: Address) {
    this.client = socket
    const upstream = connect(address.port, address.host)
    this.upstream = upstream
    this.messages = new MessagesAtWork(tell)
    const fromCaller = new Frames(false, {
      message: () => this.messages.asked(),
      close: () => (this.leaving ??= "caller")
    })
    this.fromApp = new Frames(true, {
      message: (text) => this.messages.answered(text),
      close: (code) => {
        this.leaving ??= "app"
        this.closeCode = code
      }
    })
    const closed = (byApp: boolean) => {
      if (this.isOver) return
      this.isOver = true
      const isByApp = this.leaving === null ? byApp : this.leaving === "app"
      const how = isByApp ? this.messages.closedBy(this.closeCode) : "whole"
      tell(events[how])
      this.end()
    }
    upstream.once("connect", () => {
      this.isConnected = true
      upstream.write(headOf(request, path, requestId, address))
      if (head.length > 0) upstream.write(head)
      fromCaller.push(head)
      // Passed on first, looked at second: a session may be closed for what is seen.
      upstream.pipe(socket)
      socket.pipe(upstream)
      upstream.on("data", (chunk: Buffer) => this.fromApp.push(chunk))
      socket.on("data", (chunk: Buffer) => fromCaller.push(chunk))
    })
    upstream.on("error", () => {
      if (!this.isOver && !this.isConnected) tell("refused")
    })
    upstream.once("close", () => closed(true))
    socket.once("close", () => closed(false))
  }

  /** When the session is over. */
  get over(): Promise<void> {
    return this.ended.promise
  }

  close(code: number): void {
    if (this.isOver) return
    // In the middle of a frame nothing can be said: the caller sees the connection break.
    if (this.client.writable && this.fromApp.isBetween) this.client.write(closeFrame(code))
    this.end()
  }

  end(): void {
    this.isOver = true
    this.ended.resolve()
    this.messages.end()
    this.upstream.destroy()
    this.client.end()
  }
}
