import type { Summary } from "@ebb/core/domain/Measures"
import type { Fleet } from "@ebb/core/fleet/Fleet"
import { Histogram } from "@ebb/core/tables/Histogram"
import type { Request } from "@ebb/core/tables/Records"
import { Outcome } from "@ebb/core/tables/RequestState"
import type { Watcher } from "../world/VirtualWorld.ts"

/** One measure by the window in which its request was submitted; null where no request was. */
export interface Windows {
  readonly whole: Summary | null
  readonly before: Summary | null
  readonly during: Summary | null
  readonly after: Summary | null
}

/** A run cut into equal steps; one number a step (slots, requests: the last value in the step; errors: how many in it). */
export interface Timeline {
  readonly stepMs: number
  readonly slotsReady: ReadonlyArray<number>
  readonly inFlight: ReadonlyArray<number>
  readonly waiting: ReadonlyArray<number>
  readonly errors: ReadonlyArray<number>
}

/** The windows of a run in milliseconds (docs/measures.md): [warmup, a), [a, b), [b, for). */
export interface WindowBounds {
  readonly warmupMs: number
  readonly rolloutAtMs: number
  readonly windowEndMs: number
  readonly forMs: number
  /** By how much the rollouts come later than the spec says: so much later the timeline begins, to meet those of other seeds. */
  readonly laterMs: number
}

/** What is kept of the requests submitted in one window. */
class Window {
  readonly latency = new Histogram()
  readonly queueWait = new Histogram()
}

const steps = 240

/** Watches a run of one app and keeps what its measures need; nothing is kept of a request once it has its outcome. */
export class RunMeter implements Watcher {
  private readonly fleet: Fleet
  private bounds: WindowBounds
  private readonly before = new Window()
  private during = new Window()
  private after = new Window()
  accepted = 0
  completed = 0
  errored = 0
  /** Submitted before the warm-up was over, and errored after. */
  erroredOfWarmup = 0
  cancelled = 0
  readonly errors: Array<number> = []
  slotsReadyLowest = Infinity
  private readonly stepMs: number
  private readonly slotsReady: Array<number> = []
  private readonly inFlight: Array<number> = []
  private readonly waiting: Array<number> = []
  private readonly errorsByStep: Array<number> = Array.from({ length: steps }, () => 0)
  /** When the timeline takes its next sample. */
  nextSampleMs: number

  constructor(fleet: Fleet, bounds: WindowBounds) {
    this.fleet = fleet
    this.bounds = bounds
    this.stepMs = bounds.forMs / steps
    this.nextSampleMs = bounds.laterMs + this.stepMs
  }

  /** From now on these are the windows; what was measured so far came before. */
  aim(bounds: WindowBounds): void {
    for (const { latency, queueWait } of [this.during, this.after]) {
      this.before.latency.add(latency)
      this.before.queueWait.add(queueWait)
    }
    this.bounds = bounds
    this.during = new Window()
    this.after = new Window()
  }

  /** A request was accepted now. */
  submitted(nowMs: number): void {
    if (nowMs >= this.bounds.warmupMs) this.accepted++
  }

  settled(request: Request): void {
    const nowMs = this.fleet.state.nowMs
    if (request.outcome === Outcome.errored) this.errorAt(nowMs)
    const { submittedAtMs } = request
    if (submittedAtMs < this.bounds.warmupMs) return this.settledOfWarmup(request)
    const { latency, queueWait } = this.windowOf(submittedAtMs)
    if (request.outcome === Outcome.completed) {
      this.completed++
      latency.record(nowMs - submittedAtMs)
    } else if (request.outcome === Outcome.errored) this.countError(request)
    else this.cancelled++
    queueWait.record(request.waitedMs)
  }

  private settledOfWarmup({ outcome }: Request): void {
    const isAfter = this.fleet.state.nowMs >= this.bounds.warmupMs
    if (outcome === Outcome.errored && isAfter) this.erroredOfWarmup++
  }

  private countError(request: Request): void {
    this.errored++
    this.errors[request.errorType] = (this.errors[request.errorType] ?? 0) + 1
  }

  private errorAt(nowMs: number): void {
    if (nowMs < this.bounds.laterMs) return
    const step = Math.min(steps - 1, Math.floor((nowMs - this.bounds.laterMs) / this.stepMs))
    this.errorsByStep[step]!++
  }

  private windowOf(submittedAtMs: number): Window {
    if (submittedAtMs < this.bounds.rolloutAtMs) return this.before
    return submittedAtMs < this.bounds.windowEndMs ? this.during : this.after
  }

  /** Of the requests submitted in [a, b): how many have their outcome. */
  get settledDuring(): number {
    return this.during.queueWait.recorded
  }

  /** The latency of those that were answered so far. */
  get latencyDuring(): Summary | null {
    return this.during.latency.summary()
  }

  /** One measure in the three windows and in the whole that they make up. */
  windows(of: keyof Window): Windows {
    const [before, during, after] = [this.before[of], this.during[of], this.after[of]]
    return {
      whole: Histogram.summaryOfAll([before, during, after]),
      before: before.summary(),
      during: during.summary(),
      after: after.summary()
    }
  }

  runnerChanged(): void {
    const { nowMs } = this.fleet.state
    if (nowMs >= this.bounds.rolloutAtMs && nowMs < this.bounds.windowEndMs) this.noteSlots()
  }

  /** The lowest number of ready slots in [a, b). */
  noteSlots(): void {
    const { slotsReady } = this.fleet.state.apps[0]!
    if (slotsReady < this.slotsReadyLowest) this.slotsReadyLowest = slotsReady
  }

  /** Takes the samples of the timeline that are due before `nowMs`. */
  sample(nowMs: number): void {
    const app = this.fleet.state.apps[0]!
    while (this.nextSampleMs <= nowMs && this.slotsReady.length < steps) {
      this.slotsReady.push(app.slotsReady)
      this.inFlight.push(app.attempts.length)
      this.waiting.push(app.waiting)
      this.nextSampleMs += this.stepMs
    }
    if (this.slotsReady.length === steps) this.nextSampleMs = Infinity
  }

  timeline(): Timeline {
    const { errorsByStep, inFlight, slotsReady, stepMs, waiting } = this
    return { stepMs, slotsReady, inFlight, waiting, errors: errorsByStep.slice(0, slotsReady.length) }
  }
}
