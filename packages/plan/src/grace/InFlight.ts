import { RequestKind } from "@ebb/core/tables/RequestState"
import { isServing } from "@ebb/core/tables/RunnerState"
import * as Breath from "@ebb/sim/experiment/Breath"
import { Simulation } from "@ebb/sim/experiment/Simulation"
import type { Task } from "@ebb/sim/jobs/Task"
import type { RehearsalSpec } from "@ebb/sim/spec/Spec"
import { Effect } from "effect"

/** In one run it is looked so often what is in flight. */
export const looks = 200

/** Of one run so many requests are kept at most. */
const keptMost = 100_000

/** The requests in flight at the looks of one run, one after another. */
export interface InFlight {
  /** Each stands for so many: of very many only every second, fourth … is kept, whatever look it belongs to. */
  readonly each: number
  /** When each ends if its runner is not killed, in milliseconds from then: with its answer, or by `request_timeout`. */
  readonly endsInMs: Float64Array
  /** 1 for those that `request_timeout` ends before they are answered, which no grace period saves. */
  readonly isTimingOut: Uint8Array
  /** How long each has been worked on. */
  readonly ageMs: Float64Array
  /** 1 for those that came through the queue. */
  readonly isQueued: Uint8Array
  /** Where those of each look end. */
  readonly ends: ReadonlyArray<number>
}

/** A request at a look. */
interface Seen {
  readonly endsInMs: number
  readonly isTimingOut: boolean
  readonly ageMs: number
  readonly isQueued: boolean
}

/** Some of the requests of a run, as if they were all that there are. */
export const only = (run: InFlight, isOwn: (at: number) => boolean): InFlight => {
  const isKept = (_: number, at: number): boolean => isOwn(at)
  const ends: Array<number> = []
  let kept = 0
  for (let at = 0, look = 0; look < run.ends.length; look++) {
    for (; at < run.ends[look]!; at++) if (isOwn(at)) kept++
    ends.push(kept)
  }
  return {
    each: run.each,
    endsInMs: run.endsInMs.filter(isKept),
    isTimingOut: run.isTimingOut.filter(isKept),
    ageMs: run.ageMs.filter(isKept),
    isQueued: run.isQueued.filter(isKept),
    ends
  }
}

/** From one look to the next. */
export const lookEveryMs = ({ run }: RehearsalSpec): number => (run.forMs - run.warmupMs) / looks

/** The looks lie evenly over the measured part of a run. */
export const lookAtMs = (spec: RehearsalSpec, look: number): number =>
  spec.run.warmupMs + lookEveryMs(spec) * (look + 0.5)

/** How many requests that is: one that is seen at several looks is one. */
export const requestsIn = (runs: ReadonlyArray<InFlight>, everyMs: number): number => {
  let requests = 0
  for (const { ageMs, each, ends } of runs) {
    const first = ends[0] ?? 0
    // Those that were there at the look before are older than the time since.
    for (let at = 0; at < ageMs.length; at++) if (at < first || ageMs[at]! < everyMs) requests += each
  }
  return requests
}

/** How many of them can tell something: those that every seed has again are those of one seed. */
export const tellingIn = (runs: ReadonlyArray<InFlight>, everyMs: number, isRepeated: boolean): number => {
  const requests = requestsIn(runs, everyMs)
  return isRepeated && runs.length > 0 ? Math.round(requests / runs.length) : requests
}

/** What is kept of the requests in flight, as it grows. */
export class Kept {
  private readonly most: number
  private each = 1
  private seen = 0
  private endsInMs: Array<number> = []
  private isTimingOut: Array<number> = []
  private ageMs: Array<number> = []
  private isQueued: Array<number> = []
  private ends: Array<number> = []

  constructor(most = keptMost) {
    this.most = most
  }

  add({ ageMs, endsInMs, isQueued, isTimingOut }: Seen): void {
    if (this.seen++ % this.each !== 0) return
    this.endsInMs.push(endsInMs)
    this.isTimingOut.push(isTimingOut ? 1 : 0)
    this.ageMs.push(ageMs)
    this.isQueued.push(isQueued ? 1 : 0)
    if (this.endsInMs.length > this.most) this.thin()
  }

  /** One look is over. */
  end(): void {
    this.ends.push(this.endsInMs.length)
  }

  private thin(): void {
    const isEven = (_: number, at: number): boolean => at % 2 === 0
    this.each *= 2
    this.endsInMs = this.endsInMs.filter(isEven)
    this.isTimingOut = this.isTimingOut.filter(isEven)
    this.ageMs = this.ageMs.filter(isEven)
    this.isQueued = this.isQueued.filter(isEven)
    this.ends = this.ends.map((end) => Math.ceil(end / 2))
  }

  all(): InFlight {
    return {
      each: this.each,
      endsInMs: Float64Array.from(this.endsInMs),
      isTimingOut: Uint8Array.from(this.isTimingOut),
      ageMs: Float64Array.from(this.ageMs),
      isQueued: Uint8Array.from(this.isQueued),
      ends: this.ends
    }
  }
}

/** One run without a rollout under a seed, and what a rollout would find in flight at any of its looks. */
export const task: Task<number, InFlight> = {
  name: "what is in flight",
  run: Effect.fnUntraced(function* (spec, seed, tell) {
    const { advance } = yield* Breath.make
    const simulation = new Simulation({ ...spec, rollouts: [] }, "none", seed)
    const kept = new Kept()
    for (let look = 0; look < looks; look++) {
      const nowMs = lookAtMs(spec, look)
      yield* advance(simulation, nowMs, () => tell(look, simulation.requests))
      const { attempts } = simulation.fleet.state.apps[0]!
      for (let request = attempts.first; request !== null; request = request.next) {
        if (!isServing(request.runner!.state)) continue
        const remainingMs = simulation.world.runners.remainingMs(nowMs, request)
        const limitMs = request.deadlineMs - nowMs
        kept.add({
          endsInMs: Math.min(remainingMs, limitMs),
          isTimingOut: remainingMs > limitMs,
          ageMs: nowMs - request.startedAtMs,
          isQueued: request.kind === RequestKind.queued
        })
      }
      kept.end()
    }
    return kept.all()
  })
}
