import { keep, type Kept } from "../client/Client.ts"
import { Exchange } from "../client/Exchange.ts"
import { type Sending, Traffic } from "./Traffic.ts"

const poolSize = 20
/** How many of the pool are left idle after their first answer. */
const idleSize = 6
const pauseMsMax = 10
const staggerMs = 300
/** The kernel closes what a process leaves open, and its end may be heard of a little later than that. */
const closedByEndWithinMs = 20

/** How connections fared that were idle at the signal. */
export interface IdleCounts {
  readonly open: number
  readonly closed: number
  readonly reset: number
  readonly held: number
}

/** An idle connection of the pool. */
interface Idle {
  closedAtMs: number | null
  wasReset: boolean
}

/**
 * A pool of kept connections, as a proxy has one: most carry one request after the other, with a short pause in between, and
 * some are idle. A connection that the server closes is followed by another until one is refused.
 */
export class KeptTraffic extends Traffic {
  private readonly kept: ReadonlyArray<Kept> = Array.from({ length: poolSize }, () => keep(this.sending.target))
  private readonly idle: Array<Idle> = []
  private readonly pauses = new Map<Kept, ReturnType<typeof setTimeout>>()
  private atSignal: ReadonlyArray<Idle> = []
  private isStopped = false
  private isHeld = false
  private isSignalled = false

  /** Starts at once. */
  constructor(sending: Sending) {
    super(sending)
    for (const [at, kept] of this.kept.entries()) {
      // Callers do not keep step with one another.
      if (at < idleSize) this.send(kept, true)
      else setTimeout(() => this.send(kept, false), Math.random() * staggerMs)
    }
  }

  /** A pool has as many connections as it has: those that pause are used now. */
  override burst(): void {
    for (const [kept, timer] of this.pauses) {
      clearTimeout(timer)
      this.send(kept, false)
    }
    this.pauses.clear()
  }

  /** Sends nothing more until {@link release}. */
  hold(): void {
    this.isHeld = true
    for (const timer of this.pauses.values()) clearTimeout(timer)
  }

  /** Sends a request over every connection that waits for it. */
  release(): void {
    this.isHeld = false
    this.burst()
  }

  override stop(): void {
    this.isStopped = true
  }

  /** The signal is being sent: connections that are idle now are the ones that count. */
  signalled(): void {
    this.isSignalled = true
    this.atSignal = this.idle.filter(({ closedAtMs }) => closedAtMs === null)
  }

  /** Closes all of them from this side; those that the server had left open until now count as held. */
  close(): void {
    this.stop()
    for (const idle of this.idle) idle.closedAtMs ??= Infinity
    for (const kept of this.kept) kept.close()
  }

  /** What had become of the idle ones at that time of `performance.now()`, when the server ended. */
  idleCounts(endedAtMs: number): IdleCounts {
    // The end of a process closes its connections in order: one that is reset was reset by the server, whenever that is heard of.
    const closed = this.atSignal.filter(
      ({ closedAtMs, wasReset }) => wasReset || (closedAtMs !== null && closedAtMs < endedAtMs - closedByEndWithinMs)
    )
    const reset = closed.filter(({ wasReset }) => wasReset).length
    const open = this.atSignal.length
    return { open, reset, closed: closed.length - reset, held: open - closed.length }
  }

  private send(kept: Kept, isLast: boolean): void {
    if (this.isStopped) return
    const exchange = new Exchange(this.sending.expected, (ended) => {
      this.over(ended)
      // The client gives its connection back a moment later.
      if (isLast && ended.outcome?.is === "answered") setImmediate(() => this.watch(kept))
      else if (!(this.isSignalled && ended.outcome?.is === "refused")) this.later(kept, isLast)
    })
    this.begin(exchange, (each) => kept.send(each))
  }

  private later(kept: Kept, isLast: boolean): void {
    const timer = setTimeout(() => {
      if (this.isHeld && !isLast) return
      this.pauses.delete(kept)
      this.send(kept, isLast)
    }, Math.random() * pauseMsMax)
    if (!isLast) this.pauses.set(kept, timer)
  }

  private watch(kept: Kept): void {
    const idle: Idle = { closedAtMs: null, wasReset: false }
    const isOpen = kept.watch((wasReset) => {
      if (idle.closedAtMs === null) idle.wasReset = wasReset
      idle.closedAtMs ??= performance.now()
    })
    if (isOpen) this.idle.push(idle)
  }
}
