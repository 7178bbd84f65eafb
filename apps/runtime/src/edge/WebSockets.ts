import type { IncomingMessage } from "node:http"
import type { Duplex } from "node:stream"
import { type WebSocket, WebSocketServer } from "ws"
import * as Defects from "./Defects.ts"
import { limits } from "./Limits.ts"

/** A wish for another protocol, as the HTTP server hands it over. */
export interface Wish {
  readonly request: IncomingMessage
  readonly socket: Duplex
  readonly head: Buffer
}

const sockets = new WebSocketServer({ noServer: true, maxPayload: limits.socketMessageBytes })

/** Whatever listens to it: a fault in that is logged with the request, and cuts this socket alone. */
const guardListeners = (socket: WebSocket, met: string): void => {
  const emit = socket.emit.bind(socket)
  socket.emit = (...event: Parameters<typeof emit>) => {
    try {
      return emit(...event)
    } catch (error) {
      Defects.log(met, error)
      socket.terminate()
      return true
    }
  }
}

/** Makes a WebSocket of a connection. One whose bytes break the protocol is ended, and no fault of ours. */
export const open = ({ head, request, socket }: Wish, opened: (socket: WebSocket) => void | Promise<void>): void =>
  sockets.handleUpgrade(request, socket, head, (made) => {
    const met = Defects.nameOf(request)
    guardListeners(made, met)
    made.on("error", () => made.terminate())
    Defects.guard(
      met,
      () => opened(made),
      () => made.terminate()
    )
  })
