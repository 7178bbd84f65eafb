import { Effect } from "effect"
import * as SeedRuns from "../experiment/SeedRuns.ts"
import type { Task } from "../jobs/Task.ts"
import { at, type Measure, measures } from "../measure/Measures.ts"
import { isUnfinished, metByRollouts, type RunMeasures } from "../measure/RunMeasures.ts"
import { saturationOf } from "../measure/Stability.ts"

const runs = (path: string, label: string, isSo: (run: RunMeasures) => boolean | null): Measure => ({
  path,
  label,
  unit: "count",
  better: "less",
  pick: (run) => {
    const found = isSo(run)
    return found === null ? null : Number(found)
  },
  note: "1 in a run of which it is so, else 0"
})

const metIn = (run: RunMeasures): number => (run.rollouts.length === 0 ? run.inFlight.atStart : metByRollouts(run))

const unfinished = (run: RunMeasures): boolean | null => (run.rollouts.length === 0 ? null : isUnfinished(run))

const isSaturatedBefore = (run: RunMeasures): boolean => {
  const saturation = saturationOf(run)
  // The timeline tells it to a step.
  return saturation !== null && saturation.sinceMs < run.rolloutAtMs - run.timeline.stepMs
}

/** Whether the others prove anything. */
const proof: ReadonlyArray<Measure> = [
  at("requests.accepted"),
  {
    path: "rollouts.atStart",
    label: "in flight at all rollouts",
    unit: "count",
    better: null,
    pick: metIn,
    note: "requests in flight at any rollout of the spec; without one, at its moment"
  },
  runs("rollouts.unfinished", "runs whose rollout did not finish", unfinished),
  runs("stability.saturated", "runs that cannot keep up", (run) => saturationOf(run) !== null),
  runs("stability.saturatedBefore", "runs that cannot keep up before the rollout", isSaturatedBefore)
]

/** What `requests.errored` leaves out: requests of the warm-up that failed after it. */
export const ofWarmup = at("requests.erroredOfWarmup")

/** The measures of a sweep. */
export const swept: ReadonlyArray<Measure> = [
  ...measures.filter(
    (measure: Measure) => measure.isHeadline === true || measure.isShown === true || measure === ofWarmup
  ),
  ...proof
]

/** Whether a measure only tells whether the others prove anything. */
export const isOfProof = (path: string): boolean => proof.some((measure) => measure.path === path)

/** What one seed gave: for each mode of the spec, in its order, the value of each measure; null where there is none. */
export type TrialResult = ReadonlyArray<ReadonlyArray<number | null>>

/** One seed of a spec under its modes. */
export const task: Task<number, TrialResult> = {
  name: "trial",
  run: (spec, seed, tell) =>
    Effect.map(SeedRuns.task.run(spec, seed, tell), (runs) => runs.map((run) => swept.map(({ pick }) => pick(run))))
}
