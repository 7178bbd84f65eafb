import { createServer, type IncomingMessage, type Server } from "node:http"
import type { Socket } from "node:net"
import type { Duplex } from "node:stream"
import { getRequestListener } from "@hono/node-server"

export interface HttpDoorOptions {
  /** The request's signal aborts when its caller leaves. */
  readonly fetch: (request: Request) => Response | Promise<Response>
  /** Takes over a connection that asks for another protocol; without it such requests are refused. */
  readonly upgrade?: (request: IncomingMessage, socket: Duplex, head: Buffer) => void
}

const headBytesMax = 16 * 1024
const headWaitMs = 10_000
/** Longer than what common clients keep an idle connection for, so that none writes into a closing one. */
const idleMs = 75_000

const refusal = "HTTP/1.1 426 Upgrade Required\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"

/** HTTP/1.1 on connections that somebody else accepted. */
export class HttpDoor {
  private readonly server: Server

  constructor({ fetch, upgrade }: HttpDoorOptions) {
    const listener = getRequestListener((request) => fetch(request), { overrideGlobalObjects: false })
    const limits = {
      maxHeaderSize: headBytesMax,
      headersTimeout: headWaitMs,
      keepAliveTimeout: idleMs,
      requestTimeout: 0
    }
    this.server = createServer(limits, (incoming, outgoing) => void listener(incoming, outgoing))
    this.server.on("upgrade", upgrade ?? ((_request, socket) => socket.end(refusal)))
  }

  /** Serves an accepted connection. */
  take(socket: Socket): void {
    this.server.emit("connection", socket)
  }
}
