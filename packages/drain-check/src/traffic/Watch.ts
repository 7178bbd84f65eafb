import * as Cost from "@ebb/processes/Cost"
import type { ProcessGroup } from "@ebb/processes/ProcessGroup"
import * as Sockets from "@ebb/processes/Sockets"
import type { Traffic } from "./Traffic.ts"

const aliveEveryMs = 5
const lookEveryMs = 20
/** A look costs as much as a long list of connections makes it; it takes no more than this share of the time. */
const shareMax = 0.05
/** The kernel may take a moment to carry bytes from one end of a connection to the other. */
const deliveredWithinMs = 1

/** When a look began and was over, and whether the server lived behind it. */
interface Look {
  readonly atMs: number
  readonly overAtMs: number
  readonly isRunning: boolean
}

/**
 * Watches the server's ends of the connections in the kernel's list. A request counts as taken once its connection was
 * accepted and all its bytes were read. One that only waited in the queue of the listener, or whose bytes lay unread
 * when the connection was closed, was never begun: nobody but the kernel knew of it, and closing a listener drops it
 * whatever the server does. It counts as refused.
 */
export class Watch {
  private readonly group: ProcessGroup
  private readonly port: number
  private readonly traffic: Traffic | null
  private readonly timers = new Set<ReturnType<typeof setTimeout>>()
  private span: { readonly fromMs: number; toMs: number } | null = null
  private diedAtMs: number | null = null
  private openAtMs: number | null = null
  private aliveAtMs = -Infinity
  private lagMs = 0
  private isStarted = false
  private closedByMs: number | null = null

  constructor(group: ProcessGroup, port: number, traffic: Traffic | null) {
    this.group = group
    this.port = port
    this.traffic = traffic
  }

  /**
   * From when to when, on the clock of `performance.now()`, nobody was seen to listen while the server lived; null where
   * that was not seen: an end closes a listener too.
   */
  get closed(): { readonly fromMs: number; readonly toMs: number } | null {
    return this.span
  }

  /** When at the latest the listener was closed, while the server lived; null where that was not seen. */
  get closedAtLatestMs(): number | null {
    return this.closedByMs
  }

  /** When the first process was last seen alive. */
  get lastAliveAtMs(): number {
    return this.aliveAtMs
  }

  /** For how long this process was kept from looking, at most: by a machine that has too much to do. */
  get heldUpMs(): number {
    return this.lagMs
  }

  /** When somebody was last seen to listen. */
  get lastOpenAtMs(): number | null {
    return this.openAtMs
  }

  /** When the first process was first seen to be gone; the system may tell of it later. */
  get endedAtMs(): number | null {
    return this.diedAtMs
  }

  /** Notes which of the open requests have been taken. */
  look(): void {
    this.snapshot()()
  }

  /** Notes how things stand now; what that means for the open requests is worked out when the answer is called. */
  snapshot(): () => void {
    const atMs = performance.now()
    const sockets = this.group.seen(() => Sockets.snapshot(this.port))
    // Behind the look at its sockets, so that a server that had died by then is not thought to have closed them alive.
    const isRunning = this.isRunning()
    const overAtMs = performance.now()
    return () => this.note(sockets(), { atMs, overAtMs, isRunning })
  }

  private note({ callers, own }: Sockets.AtPort, { atMs, isRunning, overAtMs }: Look): void {
    const servers = new Map(own.map((socket) => [socket.peerPort, socket]))
    const unread = new Map(callers.map((socket) => [socket.port, socket.unread]))
    for (const call of this.traffic?.open ?? []) {
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
    if (own.some(({ state }) => state === "listening")) this.openAtMs = atMs
    else if (isRunning) {
      this.noteClosed(atMs, overAtMs)
      // Who listens is listed before who is connected.
      for (const call of this.traffic?.open ?? []) call.lookedOnceClosed()
    }
  }

  private noteClosed(atMs: number, overAtMs = atMs): void {
    this.closedByMs ??= overAtMs
    this.span ??= { fromMs: atMs, toMs: atMs }
    this.span.toMs = Math.max(this.span.toMs, atMs)
  }

  private isRunning(): boolean {
    const atMs = performance.now()
    const { isRunning } = this.group
    if (this.isStarted && this.diedAtMs === null) this.lagMs = Math.max(this.lagMs, atMs - this.aliveAtMs)
    if (isRunning) this.aliveAtMs = atMs
    else this.diedAtMs ??= performance.now()
    return isRunning
  }

  /** Looks at once, with the signal sent, and again and again until it is stopped; whether the process lives, which costs less, is looked at more often. */
  start(): void {
    if (this.traffic !== null) this.traffic.onRefused = () => this.isRunning() && this.noteClosed(performance.now())
    this.again(lookEveryMs, () => this.look())
    for (const call of this.traffic?.open ?? []) call.looked()
    this.isStarted = true
    this.again(aliveEveryMs, () => void this.isRunning())
  }

  private again(everyMs: number, look: () => void): void {
    const [, costMs] = Cost.ofLook(look)
    const timer = setTimeout(
      () => {
        this.timers.delete(timer)
        this.again(everyMs, look)
      },
      Math.max(everyMs, costMs / shareMax)
    )
    this.timers.add(timer)
  }

  stop(): void {
    if (this.traffic !== null) this.traffic.onRefused = null
    for (const timer of this.timers) clearTimeout(timer)
    this.timers.clear()
  }
}
