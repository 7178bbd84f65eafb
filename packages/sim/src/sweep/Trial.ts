import { Effect } from "effect"
import * as SeedRuns from "../experiment/SeedRuns.ts"
import type { Task } from "../jobs/Task.ts"
import { type Measure, measures } from "../measure/Measures.ts"

/** The measures of a sweep. */
export const swept: ReadonlyArray<Measure> = measures.filter(
  ({ isHeadline, isShown }: Measure) => isHeadline === true || isShown === true
)

/** What one seed gave: for each mode of the spec, in its order, the value of each measure; null where there is none. */
export type TrialResult = ReadonlyArray<ReadonlyArray<number | null>>

/** One seed of a spec under its modes. */
export const task: Task<number, TrialResult> = {
  name: "trial",
  run: (spec, seed, tell) =>
    Effect.map(SeedRuns.task.run(spec, seed, tell), (runs) => runs.map((run) => swept.map(({ pick }) => pick(run))))
}
