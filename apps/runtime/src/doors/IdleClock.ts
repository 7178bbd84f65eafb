import type { Socket } from "node:net"
import type { Connections, Held } from "./Connections.ts"

interface Watched {
  underWay: number
  readonly held: Held | null
  readonly timer: ReturnType<typeof setTimeout>
}

/**
 * Closes connections on which nothing has been under way for a while, a head that never ends included. The HTTP server
 * does so only for connections that it accepted itself.
 */
export class IdleClock {
  private readonly idleMs: number
  private readonly connections: Connections
  private readonly watched = new WeakMap<Socket, Watched>()

  constructor(idleMs: number, connections: Connections) {
    this.idleMs = idleMs
    this.connections = connections
  }

  watch(socket: Socket): void {
    const close = () => {
      if (watched.underWay === 0) socket.destroy()
    }
    const held = this.connections.of(socket)
    const watched: Watched = { underWay: 0, held, timer: setTimeout(close, this.idleMs) }
    this.watched.set(socket, watched)
    socket.once("close", () => clearTimeout(watched.timer))
  }

  /** A request has begun, or the connection became something else for good. */
  begin(socket: Socket): void {
    const watched = this.watched.get(socket)
    if (watched === undefined) return
    watched.underWay++
    this.connections.begin(watched.held)
  }

  end(socket: Socket): void {
    const watched = this.watched.get(socket)
    if (watched === undefined) return
    watched.underWay--
    this.connections.end(watched.held)
    watched.timer.refresh()
  }
}
