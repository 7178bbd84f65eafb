import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import type { Socket } from "node:net"
import type { Duplex } from "node:stream"
import { getRequestListener } from "@hono/node-server"
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response"
import { headBytesMax } from "./FirstBytes.ts"
import { send } from "./Send.ts"

export interface HttpDoorOptions {
  /** The request's signal aborts when its caller leaves. */
  readonly fetch: (request: Request) => Response | Promise<Response>
  /** Takes over a connection that asks for another protocol; without it such requests are refused. */
  readonly upgrade?: (request: IncomingMessage, socket: Duplex, head: Buffer) => void
}

/** Longer than what common clients keep an idle connection for, so that none writes into a closing one. */
const idleMs = 75_000

const refusal = "HTTP/1.1 426 Upgrade Required\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"

/** HTTP/1.1 on connections that somebody else accepted. */
export class HttpDoor {
  private readonly server: Server

  constructor({ fetch, upgrade }: HttpDoorOptions, headWaitMs: number) {
    const answer = async (request: Request, outgoing: ServerResponse): Promise<Response> => {
      await send(await fetch(request), outgoing)
      return RESPONSE_ALREADY_SENT
    }
    const listener = getRequestListener(
      // Over HTTP/1.1 the adapter's answer is always a plain one.
      (request, { outgoing }) => answer(request, outgoing as ServerResponse),
      { overrideGlobalObjects: false }
    )
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
