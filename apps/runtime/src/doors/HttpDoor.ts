import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http"
import type { Socket } from "node:net"
import type { Duplex } from "node:stream"
import { getRequestListener } from "@hono/node-server"
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response"
import { limits } from "../edge/Limits.ts"
import { BodyClock } from "./BodyClock.ts"
import type { Connections } from "./Connections.ts"
import * as Defects from "../edge/Defects.ts"
import { IdleClock } from "./IdleClock.ts"
import { send } from "./Send.ts"
import type { Wish } from "../edge/WebSockets.ts"

export interface HttpDoorOptions {
  readonly connections: Connections
  /** The request's signal aborts when its caller leaves. */
  readonly fetch: (request: Request) => Response | Promise<Response>
  /** Takes over a connection that asks for a WebSocket; without it such requests are refused. */
  readonly upgrade?: (wish: Wish) => void | Promise<void>
  /** How long a connection may stay open without a request. */
  readonly idleMs?: number
  /** How long the body of a request may take. */
  readonly bodyWaitMs?: number
}

const refusal = "HTTP/1.1 426 Upgrade Required\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"

const listenerOf = (fetch: HttpDoorOptions["fetch"]) => {
  const answer = async (request: Request, outgoing: ServerResponse): Promise<Response> => {
    await send(await fetch(request), outgoing)
    return RESPONSE_ALREADY_SENT
  }
  // Over HTTP/1.1 the adapter's answer is always a plain one.
  return getRequestListener((request, { outgoing }) => answer(request, outgoing as ServerResponse), {
    overrideGlobalObjects: false
  })
}

/** An upgrade to what is not offered, like the h2c of Java's client, is ignored and its request answered (RFC 9110, 7.8). */
const isOffered = ({ headers }: IncomingMessage): boolean => headers.upgrade?.trim().toLowerCase() === "websocket"

/** HTTP/1.1 on connections that somebody else accepted. */
export class HttpDoor {
  private readonly server: Server
  private readonly idle: IdleClock

  constructor({
    bodyWaitMs = limits.bodyWaitSeconds * 1000,
    connections,
    fetch,
    idleMs = limits.idleMs,
    upgrade
  }: HttpDoorOptions) {
    const listener = listenerOf(fetch)
    const bodies = new BodyClock(bodyWaitMs)
    const options = { maxHeaderSize: limits.headBytes, keepAliveTimeout: idleMs, requestTimeout: 0 }
    const shouldUpgradeCallback = isOffered
    this.idle = new IdleClock(idleMs, connections)
    this.server = createServer({ ...options, shouldUpgradeCallback }, (incoming, outgoing) => {
      const { socket } = incoming
      this.idle.begin(socket)
      outgoing.once("close", () => this.idle.end(socket))
      bodies.watch(incoming, outgoing)
      void listener(incoming, outgoing)
    })
    this.server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      this.idle.begin(request.socket)
      socket.on("error", () => socket.destroy())
      if (upgrade === undefined) socket.end(refusal)
      else
        Defects.guard(
          Defects.nameOf(request),
          () => upgrade({ request, socket, head }),
          () => socket.destroy()
        )
    })
  }

  /** Serves an accepted connection. */
  accept(socket: Socket): void {
    this.idle.watch(socket)
    this.server.emit("connection", socket)
  }
}
