import * as Breath from "@ebb/sim/experiment/Breath"
import { Simulation } from "@ebb/sim/experiment/Simulation"
import type { Task } from "@ebb/sim/jobs/Task"
import * as RunMeasures from "@ebb/sim/measure/RunMeasures"
import { saturationOf } from "@ebb/sim/measure/Stability"
import type { Mode } from "@ebb/sim/spec/Spec"
import { Effect } from "effect"
import * as Steps from "./Steps.ts"

/** Rollouts at many instants, each by itself, under one seed. */
export interface DayInput {
  readonly seed: number
  readonly mode: Exclude<Mode, "none">
  readonly atMs: ReadonlyArray<number>
}

/** What each of them did, in order of the instants. */
export interface DayOutput {
  /** Requests that were in flight when it began. */
  readonly inFlight: ReadonlyArray<number>
  /** Requests in error within the window after the rollout, minus those without a rollout. */
  readonly errors: ReadonlyArray<number>
  /** Of the requests submitted in that window; null where none was answered, or too many have no outcome to know it. */
  readonly p99Ms: ReadonlyArray<number | null>
  /** Of those requests: how many had no outcome one more window later. */
  readonly unanswered: ReadonlyArray<number>
  /** Whether the app could not keep up even without a rollout. */
  readonly isSaturated: boolean
  readonly requests: number
}

/** Requests of the last window are followed so long at a time until all have their outcome. */
const followMs = 5_000

/** Of more than this share nobody knows how long it takes: then the p99 may be the time of one of them. */
const unansweredMost = 0.01

/** What happens at an instant of the run without rollouts. */
interface Stop {
  readonly atMs: number
  readonly step: number
  readonly do: "fork" | "read"
}

const stopsOf = (atMs: ReadonlyArray<number>, windowMs: number): ReadonlyArray<Stop> =>
  atMs
    .flatMap((at, step): ReadonlyArray<Stop> => [
      { atMs: at, step, do: "fork" },
      { atMs: at + windowMs, step, do: "read" }
    ])
    .sort((a, b) => a.atMs - b.atMs || a.step - b.step)

/** One run of the day, and from it a copy for each instant, in which the app is rolled out then. */
export const task: Task<DayInput, DayOutput> = {
  name: "a day of rollouts",
  run: Effect.fnUntraced(function* (spec, { atMs, mode, seed }, tell) {
    const { windowMs } = spec.run
    const { advance } = yield* Breath.make
    const base = new Simulation(Steps.baseOf(spec, atMs.at(-1) ?? 0), "none", seed)
    const inFlight = atMs.map(() => 0)
    const errors = atMs.map(() => 0)
    const p99Ms: Array<number | null> = atMs.map(() => null)
    const unanswered = atMs.map(() => 0)
    let inForks = 0
    let done = 0
    const advanceTo = (simulation: Simulation, untilMs: number) =>
      advance(simulation, untilMs, () => tell(done, base.requests + inForks))
    const tryAt = Effect.fnUntraced(function* (at: number, step: number) {
      const fork = base.fork()
      const { record } = fork
      inFlight[step] = base.fleet.state.apps[0]!.inFlight
      fork.rollOutAt(at, mode, at + windowMs)
      yield* advanceTo(fork, at + windowMs)
      errors[step] = record.meter.errored
      const submitted = fork.requests - base.requests
      const follow = { untilMs: at + windowMs, settled: record.meter.settledDuring }
      while (follow.settled < submitted && follow.untilMs < at + 2 * windowMs) {
        follow.untilMs += followMs
        yield* advanceTo(fork, follow.untilMs)
        follow.settled = record.meter.settledDuring
      }
      unanswered[step] = submitted - follow.settled
      const isKnown = unanswered[step] <= submitted * unansweredMost
      p99Ms[step] = isKnown ? (record.meter.latencyDuring?.p99 ?? null) : null
      inForks += fork.requests - base.requests
      done++
    })
    for (const stop of stopsOf(atMs, windowMs)) {
      yield* advanceTo(base, stop.atMs)
      if (stop.do === "fork") yield* tryAt(stop.atMs, stop.step)
      else errors[stop.step]! -= base.record.meter.errored
    }
    const isSaturated = atMs.length > 0 && saturationOf(RunMeasures.of(base.record)) !== null
    return { inFlight, errors, p99Ms, unanswered, isSaturated, requests: base.requests + inForks }
  })
}
