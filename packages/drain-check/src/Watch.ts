import * as Sockets from "@ebb/processes/Sockets"
import type { Load } from "./Load.ts"

const everyMs = 5
/** A look may cost as much as a long list of connections makes it; it takes no more than this share of the time. */
const shareMax = 0.1
/** The kernel may take a moment to carry bytes from one end of a connection to the other. */
const deliveredWithinMs = 1

/**
 * Watches the server's ends of the connections in the kernel's list. A request counts as taken once its connection was
 * accepted and all its bytes were read. One that only waited in the queue of the listener, or whose bytes lay unread
 * when the connection was closed, was never begun: nobody but the kernel knew of it, and closing a listener drops it
 * whatever the server does. It counts as refused.
 */
export class Watch {
  private readonly port: number
  private readonly load: Load
  private timer: ReturnType<typeof setTimeout> | null = null
  private closedAtMs: number | null = null

  constructor(port: number, load: Load) {
    this.port = port
    this.load = load
  }

  /** When nobody was seen to listen any more, on the clock of `performance.now()`; null while somebody does. */
  get stoppedAcceptingAtMs(): number | null {
    return this.closedAtMs
  }

  /** Notes which of the open requests have been taken. */
  look(): void {
    this.snapshot()()
  }

  /** Notes how things stand now; what that means for the open requests is worked out when the answer is called. */
  snapshot(): () => void {
    const atMs = performance.now()
    const sockets = Sockets.snapshot(this.port)
    return () => this.note(sockets(), atMs)
  }

  private note({ callers, own }: Sockets.AtPort, atMs: number): void {
    const servers = new Map(own.map((socket) => [socket.peerPort, socket]))
    const unread = new Map(callers.map((socket) => [socket.port, socket.unread]))
    for (const call of this.load.open) {
      const { localPort, sentAtMs } = call
      const end = localPort === null ? undefined : servers.get(localPort)
      const isHeld = end !== undefined && end.inode !== 0
      const wasSent = sentAtMs !== null && atMs - sentAtMs >= deliveredWithinMs
      call.noted({
        isTaken: wasSent && isHeld && end.unread === 0,
        isHeld,
        unreadBytes: unread.get(localPort ?? -1) ?? 0
      })
    }
    if (!own.some(({ state }) => state === "listening")) this.closedAtMs ??= atMs
  }

  /** Looks again and again until it is stopped. */
  start(): void {
    const startMs = performance.now()
    this.look()
    const tookMs = performance.now() - startMs
    this.timer = setTimeout(() => this.start(), Math.max(everyMs, tookMs / shareMax))
  }

  stop(): void {
    if (this.timer !== null) clearTimeout(this.timer)
    this.timer = null
  }
}
