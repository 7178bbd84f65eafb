import { Effect } from "effect"
import { advise } from "./Advice.ts"
import { differences, modeReport, type RunsByMode } from "./Aggregate.ts"
import * as Precision from "./Precision.ts"
import type { RehearsalReport } from "./RehearsalReport.ts"
import type { RunMeasures } from "./RunMeasures.ts"
import * as Simulation from "./Simulation.ts"
import type { RehearsalSpec } from "./Spec.ts"
import type { Mode } from "./SpecSchema.ts"

export interface ExperimentOptions {
  /** Called after every run: runs done, runs in all, requests so far. */
  readonly onProgress?: (done: number, total: number, requests: number) => void
  /** More seeds until the intervals of the headline measures are this narrow, such as 0.05. */
  readonly precision?: number
}

/** Runs a spec under its modes and seeds, paired by seed; lets other work happen between the runs. */
export const run = Effect.fnUntraced(function* (spec: RehearsalSpec, options: ExperimentOptions = {}) {
  const runs = new Map<Mode, Array<RunMeasures>>(spec.run.modes.map((mode) => [mode, []]))
  const progress = { done: 0, total: spec.run.modes.length * spec.run.seeds, requests: 0 }
  let seeds = 0
  while (seeds < spec.run.seeds || wantsMore(runs, seeds, options.precision)) {
    const seed = spec.run.seed + seeds++
    progress.total = Math.max(progress.total, spec.run.modes.length * seeds)
    for (const [mode, own] of runs) {
      const measures = Simulation.run(spec, mode, seed)
      own.push(measures)
      progress.done++
      progress.requests += measures.requests.accepted
      options.onProgress?.(progress.done, progress.total, progress.requests)
      yield* Effect.sleep(0)
    }
  }
  return report(spec, runs, seeds)
})

const wantsMore = (runs: RunsByMode, seeds: number, precision: number | undefined): boolean =>
  precision !== undefined && seeds < Precision.seedsMax && !Precision.isReached(runs, precision)

/** The report of runs that are done. */
export const report = (spec: RehearsalSpec, runs: RunsByMode, seeds: number): RehearsalReport => ({
  version: 1,
  spec: spec.text as RehearsalReport["spec"],
  seeds,
  modes: [...runs].map(([mode, own]) => modeReport(mode, own)),
  differences: differences(runs),
  advice: advise(runs)
})
