import { EventQueue } from "@ebb/sim/world/EventQueue"
import type { Clock } from "./Clock.ts"

/** Events of Fleet time that come to pass by themselves: a simulated world, the Fleet's own timers. */
export interface Timeline {
  /** When its next event is due in Fleet milliseconds, Infinity when there is none. */
  readonly nextMs: number
  /** Runs that event, at its time. */
  readonly step: (atMs: number) => void
}

const timeoutMsMax = 2 ** 31 - 1

/** So many events come to pass in one turn of the event loop: more of them would keep everybody else waiting. */
const eventsAtOnce = 500
/** And so many more for each input since the last turn: as they make events too, time would stand still under their load. */
const eventsPerInput = 3

/**
 * Runs what is due in order of its time, each at its own instant, and then whatever the outside world does now. Where more
 * is due than can be done at once, time itself is late: what the outside world does meanwhile happens at the instant up to
 * which all has been done.
 */
export class Pacer {
  private readonly clock: Clock
  private readonly timelines: ReadonlyArray<Timeline>
  private readonly tasks = new EventQueue()
  private readonly callbacks = new Map<number, (atMs: number) => void>()
  private tasksMade = 0
  /** Takes back what waits for the next event; null when nothing does. */
  private disarm: (() => void) | null = null
  private armedForMs = Infinity
  private isRunning = false
  /** More was due than could be done at once: the rest has its turn soon. */
  private isLate = false
  /** Taken since then. */
  private inputsLate = 0
  isStopped = false
  private lastMs = 0

  /** At one instant these come first, in this order; then what was asked of `at`. */
  constructor(clock: Clock, timelines: ReadonlyArray<Timeline>) {
    this.clock = clock
    this.timelines = [...timelines, this]
  }

  /** Calls back at a Fleet time; the answer takes it back. */
  at(atMs: number, run: (atMs: number) => void): () => void {
    const id = ++this.tasksMade
    this.callbacks.set(id, run)
    this.tasks.push(atMs, 0, 0, id)
    this.arm()
    return () => this.callbacks.delete(id)
  }

  get nextMs(): number {
    return this.tasks.nextMs
  }

  step(atMs: number): void {
    this.tasks.pop()
    const run = this.callbacks.get(this.tasks.epoch)
    this.callbacks.delete(this.tasks.epoch)
    run?.(atMs)
  }

  /** Something that happens now, after all that was due before it. Time never goes back. */
  input<A>(run: (nowMs: number) => A): A {
    return this.now(run, false)
  }

  /** The same, and then what has become due at that instant: it need not wait until the event loop comes around. */
  inputWithDue<A>(run: (nowMs: number) => A): A {
    return this.now(run, true)
  }

  private now<A>(run: (nowMs: number) => A, alsoDue: boolean): A {
    if (this.isRunning) return run(this.lastMs)
    try {
      const nowMs = this.clock.nowMs()
      if (!this.isLate) this.catchUp(nowMs)
      if (this.isLate) this.inputsLate++
      else this.lastMs = Math.max(this.lastMs, nowMs)
      this.isRunning = true
      const result = run(this.lastMs)
      if (alsoDue && !this.isLate) this.catchUp(this.lastMs)
      return result
    } finally {
      this.isRunning = false
      this.arm()
    }
  }

  /** The present event is as much as can be done at once: whatever is due after it has its turn soon. */
  rest(): void {
    this.isLate = true
  }

  private catchUp(nowMs: number): void {
    this.isRunning = true
    this.isLate = false
    let left = eventsAtOnce + this.inputsLate * eventsPerInput
    this.inputsLate = 0
    try {
      for (let next = this.next(); next.nextMs <= nowMs && !this.isStopped; next = this.next()) {
        if (left-- === 0) {
          this.isLate = true
          return
        }
        this.lastMs = Math.max(this.lastMs, next.nextMs)
        next.step(this.lastMs)
        if (this.isLate) return
      }
    } finally {
      this.isRunning = false
    }
  }

  private next(): Timeline {
    let soonest = this.timelines[0]!
    for (const timeline of this.timelines) if (timeline.nextMs < soonest.nextMs) soonest = timeline
    return soonest
  }

  private arm(): void {
    if (this.isRunning || this.isStopped) return
    const { nextMs } = this.next()
    if (nextMs === this.armedForMs) return
    this.disarm?.()
    this.armedForMs = nextMs
    this.disarm = nextMs === Infinity ? null : this.wait((nextMs - this.clock.nowMs()) / this.clock.speed)
  }

  /** A timer takes at least a millisecond: what is due already does not wait for one. */
  private wait(delayMs: number): () => void {
    if (delayMs <= 0) {
      const immediate = setImmediate(() => this.due())
      return () => clearImmediate(immediate)
    }
    this.isLate = false
    const timeout = setTimeout(() => this.due(), Math.min(Math.ceil(delayMs), timeoutMsMax))
    return () => clearTimeout(timeout)
  }

  private due(): void {
    this.disarm = null
    this.armedForMs = Infinity
    this.catchUp(this.clock.nowMs())
    this.arm()
  }

  /** No event comes to pass any more. */
  stop(): void {
    this.isStopped = true
    this.disarm?.()
  }
}
