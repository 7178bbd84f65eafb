import { RolloutMode } from "@ebb/core/domain/RolloutWay"
import { Schema } from "effect"
import type { Runs, RunsByMode } from "../measure/Aggregate.ts"
import { detectable, Estimate, estimate, pairedDifference } from "../measure/Statistics.ts"
import * as ComparedMeasures from "./ComparedMeasures.ts"

/**
 * With fewer pairs of runs nothing is called a difference: were each pair as likely to go up as down, five of five would go
 * the same way in one case of sixteen, which is more often than one in twenty.
 */
export const pairsMin = 6

/** What the paired interval says: it spans 0, or it does not, or there are fewer than {@link pairsMin} pairs. */
export const Verdict = Schema.Literals(["difference", "no difference", "too few runs"])
export type Verdict = typeof Verdict.Type

/** One measure of one mode: this spec's, the other's, and this minus the other, paired by seed. */
export const MeasureComparison = Schema.Struct({
  /** The measure's path in the report. */
  measure: Schema.String,
  label: Schema.String,
  unit: Schema.Literals(["count", "ms", "s", "money"]),
  better: Schema.NullOr(Schema.Literals(["less", "more"])),
  headline: Schema.Boolean,
  /** Null where no run has a value. */
  here: Schema.NullOr(Estimate),
  there: Schema.NullOr(Estimate),
  /** Null where no pair of runs has both values. */
  difference: Schema.NullOr(Estimate),
  /** A difference of this size would be found in four of five such comparisons; null with fewer than two pairs. */
  detectable: Schema.NullOr(Schema.Finite),
  verdict: Verdict
})
export type MeasureComparison = typeof MeasureComparison.Type

/** Two specs of one app, run under the same modes and seeds. */
export const Comparison = Schema.Struct({
  /** What the other spec is called. */
  other: Schema.String,
  currency: Schema.String,
  modes: Schema.Array(
    Schema.Struct({
      mode: RolloutMode,
      measures: Schema.Array(MeasureComparison)
    })
  )
})
export type Comparison = typeof Comparison.Type

const verdictOf = (difference: Estimate | null): Verdict => {
  if (difference === null || difference.n < pairsMin) return "too few runs"
  return difference.low > 0 || difference.high < 0 ? "difference" : "no difference"
}

const compareMeasure = (
  { better, isHeadline, label, path, pick, unit }: ComparedMeasures.ComparedMeasure,
  here: Runs,
  there: Runs
): MeasureComparison => {
  const [a, b] = [here.map(pick), there.map(pick)]
  const difference = pairedDifference(a, b)
  return {
    measure: path,
    label,
    unit,
    better,
    headline: isHeadline === true,
    here: estimate(a),
    there: estimate(b),
    difference,
    detectable: difference === null || difference.n < 2 ? null : detectable(difference),
    verdict: verdictOf(difference)
  }
}

const compareMode = (here: Runs, there: Runs): ReadonlyArray<MeasureComparison> =>
  ComparedMeasures.of([...here, ...there])
    .map((measure) => compareMeasure(measure, here, there))
    .filter(({ here, there }) => here !== null || there !== null)

/**
 * Holds the runs of one spec against those of another, in each mode that both have, the n-th run against the n-th.
 *
 * @example
 * ```ts
 * import { Comparison, ComparisonVerdict, Experiment, Presets, Spec } from "@ebb/sim"
 * import { Effect, Result } from "effect"
 *
 * const withGrace = (grace: string) => {
 *   const set = [`app.termination_grace_period=${grace}`, "run.seeds=8", "run.modes=[graceful]"]
 *   const spec = Result.getOrThrow(Spec.parse(Presets.presets.media, { file: "media", readFile: () => "", set }))
 *   return Effect.runPromise(Experiment.runs(spec))
 * }
 * const [here, there] = await Promise.all([withGrace("5s"), withGrace("60s")])
 * console.log(ComparisonVerdict.of(Comparison.compare(here.runs, there.runs, "a grace period of 60 s")).text)
 * ```
 */
export const compare = (here: RunsByMode, there: RunsByMode, other: string): Comparison => ({
  other,
  currency: [...here.values()][0]?.[0]?.cost.currency ?? "",
  modes: [...here].flatMap(([mode, runs]) => {
    const others = there.get(mode)
    return others === undefined ? [] : [{ mode, measures: compareMode(runs, others) }]
  })
})
