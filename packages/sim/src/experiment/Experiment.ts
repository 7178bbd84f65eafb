import { Effect } from "effect"
import { Jobs } from "../jobs/Jobs.ts"
import * as Progress from "../jobs/Progress.ts"
import { advise } from "../report/Advice.ts"
import { hasMetNone } from "../report/Proof.ts"
import { differences, modeReport, type RunsByMode } from "../measure/Aggregate.ts"
import * as Precision from "../measure/Precision.ts"
import type { RehearsalReport } from "../report/RehearsalReport.ts"
import type { RunMeasures } from "../measure/RunMeasures.ts"
import { momentReport } from "../report/MomentReport.ts"
import { ownModesOf } from "../report/OwnModes.ts"
import { seedsMost } from "../spec/Seeds.ts"
import * as SeedRuns from "./SeedRuns.ts"
import type { RehearsalSpec } from "../spec/Spec.ts"
import type { Mode } from "../spec/SpecSchema.ts"

/** How an experiment is watched, and how long it goes on. */
export interface ExperimentOptions {
  /** Called now and then: runs done (of one under way the part that is), runs in all, requests so far. */
  readonly onProgress?: (done: number, total: number, requests: number) => void
  /** More seeds until the intervals of the headline measures are this narrow, such as 0.05. */
  readonly precision?: number
}

/** Every run of a spec under its modes and seeds, in order of the seeds, whoever does them and however many at a time. */
export const runs = Effect.fnUntraced(function* (spec: RehearsalSpec, options: ExperimentOptions = {}) {
  const jobs = yield* Jobs
  const { modes } = spec.run
  const runs = new Map<Mode, Array<RunMeasures>>(modes.map((mode) => [mode, []]))
  let seeds = 0
  let begun = 0
  const tell = Progress.sumOf((done, requests) =>
    options.onProgress?.(done, modes.length * Math.max(spec.run.seeds, begun), requests)
  )
  const runSeed = (number: number) => {
    begun = number + 1
    return jobs.run(SeedRuns.task, spec, spec.run.seed + number, tell(number))
  }
  const wantsMore = () => seeds < spec.run.seeds || lacksPrecision(runs, seeds, options.precision)
  while (wantsMore()) {
    // Beyond the seeds of the spec so many at a time as there are hands for; those that were not needed are left out.
    const count = seeds < spec.run.seeds ? spec.run.seeds : jobs.atOnce
    const numbers = Array.from({ length: count }, (_, at) => seeds + at)
    jobs.expect(count)
    const done = yield* Effect.forEach(numbers, runSeed, { concurrency: jobs.atOnce })
    for (const ofSeed of done) {
      if (!wantsMore()) break
      for (const [at, mode] of modes.entries()) runs.get(mode)!.push(ofSeed[at]!)
      seeds++
    }
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

const lacksPrecision = (runs: RunsByMode, seeds: number, precision: number | undefined): boolean =>
  precision !== undefined && seeds < seedsMost && !Precision.isReached(runs, precision)

/** The report of runs that are done; nothing is advised where no rollout met a request, or none differs between the modes. */
export const report = (spec: RehearsalSpec, runs: RunsByMode, seeds: number): RehearsalReport => {
  const modes = [...runs].map(([mode, own]) => modeReport(mode, own))
  const ownModes = ownModesOf(spec, [...runs.keys()])
  return {
    version: 1,
    spec: spec.text as RehearsalReport["spec"],
    seeds,
    moment: momentReport(spec, seeds),
    ...(ownModes === undefined ? {} : { ownModes }),
    modes,
    differences: differences(runs),
    advice: hasMetNone(modes) || ownModes?.isAll === true ? null : advise(runs)
  }
}
