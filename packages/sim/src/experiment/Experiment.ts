import { Clock, Effect } from "effect"
import { advise } from "../report/Advice.ts"
import { differences, modeReport, type RunsByMode } from "../measure/Aggregate.ts"
import * as Precision from "../measure/Precision.ts"
import type { RehearsalReport } from "../report/RehearsalReport.ts"
import type { RunMeasures } from "../measure/RunMeasures.ts"
import { momentReport } from "../report/MomentReport.ts"
import { Simulation } from "./Simulation.ts"
import type { RehearsalSpec } from "../spec/Spec.ts"
import type { Mode } from "../spec/SpecSchema.ts"

/** How an experiment is watched, and how long it goes on. */
export interface ExperimentOptions {
  /** Called now and then: runs done (of one under way the part that is), runs in all, requests so far. */
  readonly onProgress?: (done: number, total: number, requests: number) => void
  /** More seeds until the intervals of the headline measures are this narrow, such as 0.05. */
  readonly precision?: number
}

/** Progress within a run is told in so many parts. */
const parts = 60

/** After so many events of a run it is looked whether it is time to let other work happen. */
const eventsAtATime = 5_000
const breathEveryMs = 50

/** Every run of a spec under its modes and seeds, in order of the seeds; lets other work happen meanwhile. */
export const runs = Effect.fnUntraced(function* (spec: RehearsalSpec, options: ExperimentOptions = {}) {
  const runs = new Map<Mode, Array<RunMeasures>>(spec.run.modes.map((mode) => [mode, []]))
  const progress = { done: 0, total: spec.run.modes.length * spec.run.seeds, requests: 0 }
  let seeds = 0
  let breathAtMs = yield* Clock.currentTimeMillis
  const breathe = Effect.fnUntraced(function* (done: number, requests: number) {
    options.onProgress?.(done, progress.total, requests)
    yield* Effect.sleep(0)
    breathAtMs = (yield* Clock.currentTimeMillis) + breathEveryMs
  })
  const advance = Effect.fnUntraced(function* (simulation: Simulation, untilMs: number) {
    while (!simulation.advance(untilMs, eventsAtATime)) {
      if ((yield* Clock.currentTimeMillis) < breathAtMs) continue
      const part = Math.floor((simulation.nowMs / spec.run.forMs) * parts) / parts
      yield* breathe(progress.done + Math.min(part, 1), progress.requests + simulation.requests)
    }
  })
  const finish = Effect.fnUntraced(function* (simulation: Simulation, own: Array<RunMeasures>) {
    yield* advance(simulation, spec.run.forMs)
    const measures = simulation.run()
    own.push(measures)
    progress.done++
    progress.requests += measures.requests.accepted
    yield* breathe(progress.done, progress.requests)
  })
  /** Up to the first rollout all modes of a seed are one run. */
  const runSeed = Effect.fnUntraced(function* (seed: number) {
    const [first, ...others] = runs
    const [mode, own] = first!
    const simulation = new Simulation(spec, mode, seed)
    if (others.length > 0) yield* advance(simulation, Math.min(simulation.rolloutAtMs, spec.run.forMs))
    for (const [other, ofOther] of others) yield* finish(simulation.fork(other), ofOther)
    yield* finish(simulation, own)
  })
  while (seeds < spec.run.seeds || wantsMore(runs, seeds, options.precision)) {
    const seed = spec.run.seed + seeds++
    progress.total = Math.max(progress.total, spec.run.modes.length * seeds)
    yield* runSeed(seed)
  }
  return { runs: runs as RunsByMode, seeds }
})

/**
 * Runs a spec under its modes and seeds, paired by seed, and reports.
 *
 * @example
 * ```ts
 * import { Experiment, Presets, Spec } from "@ebb/sim"
 * import { Effect, Result } from "effect"
 *
 * const set = ["run.seeds=3", "run.for=45m"]
 * const spec = Result.getOrThrow(Spec.parse(Presets.presets.media, { file: "media", readFile: () => "", set }))
 * const report = await Effect.runPromise(Experiment.run(spec))
 * for (const { inFlight, mode } of report.modes) console.log(mode, inFlight.retried?.mean)
 * ```
 */
export const run = Effect.fnUntraced(function* (spec: RehearsalSpec, options: ExperimentOptions = {}) {
  const done = yield* runs(spec, options)
  return report(spec, done.runs, done.seeds)
})

const wantsMore = (runs: RunsByMode, seeds: number, precision: number | undefined): boolean =>
  precision !== undefined && seeds < Precision.seedsMax && !Precision.isReached(runs, precision)

/** The report of runs that are done. */
export const report = (spec: RehearsalSpec, runs: RunsByMode, seeds: number): RehearsalReport => ({
  version: 1,
  spec: spec.text as RehearsalReport["spec"],
  seeds,
  moment: momentReport(spec, seeds),
  modes: [...runs].map(([mode, own]) => modeReport(mode, own)),
  differences: differences(runs),
  advice: advise(runs)
})
