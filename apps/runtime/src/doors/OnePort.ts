import { createServer, type Server, type Socket } from "node:net"
import { createServer as createTlsServer } from "node:tls"
import * as Defects from "../edge/Defects.ts"
import { limits } from "../edge/Limits.ts"
import { readFirstBytes, type Verdict } from "./FirstBytes.ts"
import { HttpDoor, type HttpDoorOptions } from "./HttpDoor.ts"

export interface OnePortOptions extends HttpDoorOptions {
  readonly host: string
  /** 0: any free one. */
  readonly port: number
  /** Takes the connections that speak HTTP/2; without it they are closed. */
  readonly grpc?: (socket: Socket) => void | Promise<void>
  /** How long a caller may take to send the head of a request, or to begin HTTP/2 or TLS. */
  readonly headWaitMs?: number
  /** PEM texts; with them the port speaks TLS. */
  readonly tls?: { readonly key: string; readonly cert: string }
}

const reasons = { 400: "Bad Request", 408: "Request Timeout", 431: "Request Header Fields Too Large" } as const

const turnAway = (socket: Socket, status: keyof typeof reasons): void => {
  socket.end(`HTTP/1.1 ${status} ${reasons[status]}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`, () =>
    socket.destroy()
  )
}

/** One TCP port that answers gRPC (HTTP/2 with prior knowledge) and HTTP/1.1. */
export class OnePort {
  private readonly options: OnePortOptions
  private readonly headWaitMs: number
  private readonly http: HttpDoor
  private readonly server: Server
  private readonly sockets = new Set<Socket>()

  private constructor(options: OnePortOptions) {
    this.options = options
    this.headWaitMs = options.headWaitMs ?? limits.headWaitMs
    this.http = new HttpDoor(options)
    this.server = this.serverOf(options)
    this.server.prependListener("connection", (socket: Socket) => this.accept(socket))
  }

  private serverOf({ tls }: OnePortOptions): Server {
    if (tls === undefined) return createServer((socket) => this.listenTo(socket))
    // Whoever speaks both gets HTTP/1.1: on HTTP/2 there is gRPC alone.
    const secure = { ...tls, ALPNProtocols: ["http/1.1", "h2"], handshakeTimeout: this.headWaitMs }
    const server = createTlsServer(secure, (socket) => this.listenTo(socket))
    return server.on("tlsClientError", (_error, socket) => socket.destroy())
  }

  /** Opens the port; fails with the system's error where it cannot. */
  static listen(options: OnePortOptions): Promise<OnePort> {
    const { promise, reject, resolve } = Promise.withResolvers<OnePort>()
    const door = new OnePort(options)
    door.server.once("error", reject)
    door.server.listen(options.port, options.host, () => {
      door.server.off("error", reject).on("error", (error) => Defects.log("Accepting a connection", error))
      resolve(door)
    })
    return promise
  }

  get port(): number {
    const address = this.server.address()
    return address === null || typeof address === "string" ? this.options.port : address.port
  }

  private accept(socket: Socket): void {
    socket.on("error", () => socket.destroy())
    if (!this.options.connections.admit(socket)) return void socket.destroy()
    this.sockets.add(socket)
    socket.on("close", () => this.sockets.delete(socket))
    socket.setNoDelay(true)
  }

  private listenTo(socket: Socket): void {
    if (socket.destroyed) return
    readFirstBytes(socket, this.headWaitMs, (verdict) => void this.handOver(socket, verdict))
  }

  private async handOver(socket: Socket, verdict: Verdict): Promise<void> {
    if (verdict === "http1") this.http.accept(socket)
    else if (verdict !== "http2") turnAway(socket, verdict)
    else if (this.options.grpc === undefined) socket.destroy()
    else await this.options.grpc(socket)
    // Neither server wakes a socket that was put to sleep; without this Bun's HTTP/2 misses the bytes put back.
    socket.resume()
  }

  /** Ends every connection, open streams too, and frees the port. */
  close(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.server.close(() => resolve())
    for (const socket of this.sockets) socket.destroy()
    return promise
  }
}
