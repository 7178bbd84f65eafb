import type { Clock } from "./Clock.ts"
import { Reading } from "./Reading.ts"
import { Tasks, type Timeline } from "./Tasks.ts"
import * as Turns from "./Turns.ts"

const timeoutMsMax = 2 ** 31 - 1

/** An event that is later than this, in milliseconds of the wall, says that the machine or the sandbox stood still. */
const stallMs = 50

/** So many events more in a turn for each input since the last: as they make events too, time would stand still under their load. */
const eventsPerInput = 3

/**
 * Runs what is due in order of its time, each at its own instant, and then whatever the outside world does now. Where more
 * is due than can be done at once, time itself is late: what the outside world does meanwhile happens at the instant up to
 * which all has been done. After a stall the news of it come first: they may be of something that was in time.
 */
export class Pacer {
  private readonly clock: Clock
  private readonly timelines: ReadonlyArray<Timeline>
  private readonly tasks = new Tasks()
  /** Takes back what waits for the next event; null when nothing does. */
  private disarm: (() => void) | null = null
  private armedForMs = Infinity
  private isRunning = false
  /** More was due than could be done at once: the rest has its turn soon. */
  private isLate = false
  /** Taken since then. */
  private inputsLate = 0
  /** Whether there is an outside world that goes on while the sandbox stands still. */
  private readonly hasNews: () => boolean
  /** After a stall, until its news are read. */
  private reading: Reading | null = null
  isStopped = false
  private lastMs = 0

  /** At one instant these come first, in this order; then what was asked of `at`. */
  constructor(clock: Clock, timelines: ReadonlyArray<Timeline>, hasNews = () => false) {
    this.clock = clock
    this.hasNews = hasNews
    this.timelines = [...timelines, this.tasks]
  }

  /** Calls back at a Fleet time; the answer takes it back. */
  at(atMs: number, run: (atMs: number) => void): () => void {
    const takeBack = this.tasks.add(atMs, run)
    this.arm()
    return takeBack
  }

  /** Something that happens now, after all that was due before it. Time never goes back. */
  input<A>(run: (nowMs: number) => A): A {
    return this.now(run, false)
  }

  /** The same, and then what has become due at that instant: it need not wait until the event loop comes around. */
  inputWithDue<A>(run: (nowMs: number) => A): A {
    return this.now(run, true)
  }

  /** Something that has happened by now, before all that is overdue since a stall. */
  news<A>(run: (nowMs: number) => A): A {
    this.reading?.hear()
    return this.isRunning || this.overdue() === null ? this.input(run) : this.take(run, false)
  }

  /** Null, or what resolves once all that is overdue since a stall has come to pass: what begins now begins after it. */
  overdue(): Promise<void> | null {
    if (this.isStalled) this.read()
    return this.reading?.over ?? null
  }

  private get isStalled(): boolean {
    if (!this.hasNews() || this.isLate || this.isStopped) return false
    return (this.clock.nowMs() - this.armedForMs) / this.clock.speed > stallMs
  }

  /** Time stands at the first event that is overdue until the news are read. */
  private read(): void {
    this.disarm?.()
    this.disarm = null
    this.lastMs = Math.max(this.lastMs, this.armedForMs)
    this.armedForMs = Infinity
    this.isLate = true
    this.reading = new Reading(() => {
      this.endReading()
      this.due()
    })
  }

  private endReading(): void {
    if (this.reading === null) return
    this.reading.end()
    this.reading = null
    this.isLate = false
  }

  private now<A>(run: (nowMs: number) => A, alsoDue: boolean): A {
    if (this.isRunning) return run(this.lastMs)
    this.endReading()
    return this.take(run, alsoDue)
  }

  private take<A>(run: (nowMs: number) => A, alsoDue: boolean): A {
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
    let left = Turns.portion + this.inputsLate * eventsPerInput
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
    if (this.isRunning || this.isStopped || this.reading !== null) return
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
    if (this.overdue() !== null) return
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
