import type { Clock } from "./Clock.ts"
import { Reading } from "./Reading.ts"
import { Tasks, type Timeline } from "./Tasks.ts"
import * as Turns from "./Turns.ts"

const timeoutMsMax = 2 ** 31 - 1

/** A limit that is later than this, in milliseconds of the wall, says that the machine or the sandbox stood still. */
const stallMs = 50

/** So many events more in a turn for each input since the last: as they make events too, time would stand still under their load. */
const eventsPerInput = 3

/** The one whose next event comes first. */
const soonest = (timelines: ReadonlyArray<Timeline>): Timeline => {
  let found = timelines[0]!
  for (const timeline of timelines) if (timeline.nextMs < found.nextMs) found = timeline
  return found
}

/**
 * Runs what is due in order of its time, each at its own instant, and then whatever the outside world does now. Where more
 * is due than can be done at once, time itself is late: what the outside world does meanwhile happens at the instant up to
 * which all has been done.
 *
 * Limits of those who go on while the sandbox stands still run out in the outside world too: at the instant at which they are
 * noticed, and after a stall behind the news of it, which may be of something that was in time.
 */
export class Pacer {
  private readonly clock: Clock
  private readonly timelines: ReadonlyArray<Timeline>
  private readonly limits: ReadonlyArray<Timeline>
  private readonly tasks = new Tasks()
  private readonly waits = new Tasks()
  /** Takes back what waits for the next event; null when nothing does. */
  private disarm: (() => void) | null = null
  private armedForMs = Infinity
  private isRunning = false
  /** More was due than could be done at once: the rest has its turn soon. */
  private isLate = false
  /** Taken since then. */
  private inputsLate = 0
  /** So many events more may come to pass in this turn. */
  private left = 0
  /** After a stall, until its news are read. */
  private reading: Reading | null = null
  /** Of what went on until then the news are read. */
  private readToMs = -Infinity
  isStopped = false
  private lastMs = 0

  /** At one instant these come first, in this order; then what was asked of `at` and of `limit`. */
  constructor(clock: Clock, timelines: ReadonlyArray<Timeline>, limits: Timeline) {
    this.clock = clock
    this.limits = [limits, this.waits]
    this.timelines = [...timelines, this.tasks]
  }

  /** Calls back at a Fleet time; the answer takes it back. */
  at(atMs: number, run: (atMs: number) => void): () => void {
    const takeBack = this.tasks.add(atMs, run)
    this.arm()
    return takeBack
  }

  /** The same for a limit of somebody who goes on while the sandbox stands still. */
  limit(atMs: number, run: (atMs: number) => void): () => void {
    const takeBack = this.waits.add(atMs, run)
    this.arm()
    return takeBack
  }

  /**
   * Something that happens now, after all that was due before it. Time never goes back. `alsoDue`: and then what has become
   * due at that instant, which need not wait until the event loop comes around.
   */
  input<A>(run: (nowMs: number) => A, alsoDue: "alsoDue" | null = null): A {
    if (this.isRunning) return run(this.lastMs)
    try {
      const nowMs = this.clock.nowMs()
      if (!this.isLate) this.catchUp(nowMs)
      if (this.isLate) this.inputsLate++
      else this.lastMs = Math.max(this.lastMs, nowMs)
      this.isRunning = true
      const result = run(this.lastMs)
      if (alsoDue !== null && !this.isLate) this.catchUp(this.lastMs)
      return result
    } finally {
      this.isRunning = false
      this.arm()
    }
  }

  /** Something that those who go on by themselves have done by now. */
  news<A>(run: (nowMs: number) => A): A {
    this.reading?.hear()
    return this.input(run)
  }

  /** Null, or what resolves once the news of a stall are read and the limits that ran out in it have: what begins now begins after it. */
  overdue(): Promise<void> | null {
    if (this.isStalled) this.read()
    return this.reading?.over ?? null
  }

  private get isStalled(): boolean {
    const { nextMs } = soonest(this.limits)
    if (nextMs === Infinity || nextMs <= this.readToMs || this.isStopped || this.reading !== null) return false
    return (this.clock.nowMs() - nextMs) / this.clock.speed > stallMs
  }

  private read(): void {
    this.reading = new Reading(() => {
      this.readToMs = this.clock.nowMs()
      this.endReading()
      this.due()
    })
  }

  private endReading(): void {
    this.reading?.end()
    this.reading = null
  }

  /** The present event is as much as can be done at once: whatever is due after it has its turn soon. */
  rest(): void {
    this.isLate = true
  }

  private catchUp(nowMs: number): void {
    const wasLate = this.isLate
    this.isRunning = true
    this.isLate = false
    this.left = Turns.portion + this.inputsLate * eventsPerInput
    this.inputsLate = 0
    try {
      // Those who go on by themselves do not wait until time has caught up: it stands where it has got to.
      if (wasLate) this.runOut(nowMs, this.lastMs)
      for (let next = soonest(this.timelines); next.nextMs <= nowMs && this.goesOn(); next = soonest(this.timelines)) {
        this.lastMs = Math.max(this.lastMs, next.nextMs)
        next.step(this.lastMs)
      }
      if (!this.isLate) this.runOut(nowMs, nowMs)
    } finally {
      this.isRunning = false
    }
  }

  /** The limits that have run out by the clock, at that instant of time. */
  private runOut(byMs: number, atMs: number): void {
    for (let next = soonest(this.limits); next.nextMs <= byMs; next = soonest(this.limits)) {
      if (this.overdue() !== null || !this.goesOn()) return
      this.lastMs = Math.max(this.lastMs, atMs)
      next.step(this.lastMs)
    }
  }

  /** Whether another may come to pass in this turn. */
  private goesOn(): boolean {
    if (this.isLate || this.isStopped) return false
    this.isLate = this.left-- === 0
    return !this.isLate
  }

  private arm(): void {
    if (this.isRunning || this.isStopped) return
    const limitMs = this.reading === null ? soonest(this.limits).nextMs : Infinity
    const nextMs = Math.min(soonest(this.timelines).nextMs, limitMs)
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
    this.disarm?.()
    this.disarm = null
    this.armedForMs = Infinity
    this.catchUp(this.clock.nowMs())
    this.arm()
  }

  /** No event comes to pass any more. */
  stop(): void {
    this.isStopped = true
    this.endReading()
    this.disarm?.()
  }
}
