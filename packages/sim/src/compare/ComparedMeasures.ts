import { type Measure, measures } from "../measure/Measures.ts"
import { isUnfinished, type RunMeasures } from "../measure/RunMeasures.ts"

/** A measure of two specs that are held against each other; shown even where it does not differ if it is a headline. */
export type ComparedMeasure = Pick<Measure, "path" | "label" | "unit" | "better" | "isHeadline" | "pick">

const unfinished = (run: RunMeasures) => (run.rollouts.length === 0 ? null : isUnfinished(run) ? 1 : 0)

/** Of a run with a rollout only: without one there is nothing to recover from. */
const hasNotRecovered = ({ capacity: { recoveryMs }, rollouts: [first] }: RunMeasures) =>
  first === undefined ? null : recoveryMs === null ? 1 : 0

const headlineCount = (path: string, label: string, pick: Measure["pick"]): ComparedMeasure => ({
  path,
  label,
  unit: "count",
  better: "less",
  isHeadline: true,
  pick
})

const fixed: ReadonlyArray<ComparedMeasure> = [
  ...measures.filter(({ isCompared }) => isCompared === true),
  headlineCount("rollouts.unfinished", "rollouts unfinished", unfinished),
  headlineCount("capacity.neverRecovered", "runs never recovered", hasNotRecovered)
]

/** Every measure that is compared; of errors each type that a run had. */
export const of = (runs: ReadonlyArray<RunMeasures>): ReadonlyArray<ComparedMeasure> => {
  const types = [...new Set(runs.flatMap(({ errorsByType }) => Object.keys(errorsByType)))].sort()
  const byType = types.map((type): ComparedMeasure => ({
    path: `errorsByType.${type}`,
    label: `errors, ${type}`,
    unit: "count",
    better: "less",
    pick: ({ errorsByType }) => errorsByType[type] ?? 0
  }))
  return [...fixed, ...byType]
}
