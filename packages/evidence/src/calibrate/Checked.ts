import tQuantile from "@stdlib/stats-base-dists-t-quantile/lib/main.js"
import { mean } from "../learn/Sample.ts"

/** A prediction: its mean over the seeds, and the interval that holds one more such day with 95 % probability. */
export interface Prediction {
  readonly mean: number
  readonly low: number
  readonly high: number
  readonly n: number
}

export type Unit = "ms" | "requests" | "runners" | "1/s" | "share"

/** One measure: as it was seen, as it was predicted. */
export interface CheckedMeasure {
  /** `latencyMs.p99` */
  readonly measure: string
  readonly unit: Unit
  readonly seen: number
  readonly predicted: Prediction
  /** (mean − seen) / seen in percent; null where nothing was seen and something predicted. */
  readonly errorPercent: number | null
  /** How many requests, looks or runners what was seen rests on. */
  readonly n: number
  readonly inside: boolean
}

const upperTail = 0.975

/**
 * What was seen is one outcome, not a mean over many: the interval is that of one more run,
 * t(0.975, n − 1) · s · √(1 + 1/n), not that of the mean.
 */
export const prediction = (values: ReadonlyArray<number>, isCount = true): Prediction => {
  const n = values.length
  const middle = mean(values)
  const variance = n < 2 ? 0 : values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (n - 1)
  const half = n < 2 ? 0 : tQuantile(upperTail, n - 1) * Math.sqrt(variance * (1 + 1 / n))
  return { mean: middle, low: isCount ? Math.max(0, middle - half) : middle - half, high: middle + half, n }
}

const errorOf = (seen: number, predicted: number): number | null => {
  if (seen === predicted) return 0
  return seen === 0 ? null : ((predicted - seen) / seen) * 100
}

/** Rounding alone must not decide: sources have whole milliseconds, percentiles of a run are within 0.1 %. */
const slackOf = (unit: Unit, seen: number): number =>
  unit === "ms" ? Math.max(1, seen * 1e-3) : 1e-9 * Math.max(1, Math.abs(seen))

/** A measure from what was seen and one value a seed; null where one of the two is missing. */
export const checked = (
  measure: string,
  unit: Unit,
  seen: { readonly value: number; readonly n: number },
  values: ReadonlyArray<number | null | undefined>
): CheckedMeasure | null => {
  const given = values.filter(
    (value): value is number => value !== null && value !== undefined && Number.isFinite(value)
  )
  if (!Number.isFinite(seen.value) || given.length === 0) return null
  const predicted = prediction(given)
  const slack = slackOf(unit, seen.value)
  const inside = seen.value >= predicted.low - slack && seen.value <= predicted.high + slack
  return {
    measure,
    unit,
    seen: seen.value,
    predicted,
    errorPercent: errorOf(seen.value, predicted.mean),
    n: seen.n,
    inside
  }
}
