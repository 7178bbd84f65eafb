import exp from "@stdlib/math-base-special-exp/lib/main.js"
import ln from "@stdlib/math-base-special-ln/lib/main.js"
import tQuantile from "@stdlib/stats-base-dists-t-quantile/lib/main.js"
import { Schema } from "effect"
import { mean, type Numbers, variance } from "./Sample.ts"

/** A measure over seeds: its mean, the 95 % Student-t interval of that mean, and how many seeds have a value. */
export const Estimate = Schema.Struct({
  mean: Schema.Finite,
  low: Schema.Finite,
  high: Schema.Finite,
  n: Schema.Natural
})
export type Estimate = typeof Estimate.Type

const upperTail = 0.975

/** By the number of values: each step of a timeline wants the same one, and it takes longer to compute than all else of an interval. */
const upperTails: Array<number> = []

const quantileOf = (share: number, n: number): number =>
  share === upperTail ? (upperTails[n] ??= tQuantile(share, n - 1)) : tQuantile(share, n - 1)

/** Half the width of the interval of the mean, 95 % unless said otherwise: t(0.975, n - 1) * s / sqrt(n). */
export const halfWidth = (values: Numbers, quantileAt = upperTail): number => {
  const n = values.length
  return n < 2 ? 0 : quantileOf(quantileAt, n) * Math.sqrt(variance(values) / n)
}

/** The least of the values that at least this share of them does not exceed. */
export const quantile = (values: ReadonlyArray<number>, share: number): number => {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(share * sorted.length - 1e-9) - 1)]!
}

type Values = ReadonlyArray<number | null | undefined>

const present = (values: Values): ReadonlyArray<number> =>
  values.filter((value): value is number => value !== null && value !== undefined)

/** The mean of one value a seed with its interval; null without any. */
export const interval = (values: Values): Estimate | null => {
  const given = present(values)
  return given.length === 0 ? null : intervalOfAll(given)
}

const intervalOfAll = (values: Numbers): Estimate => {
  const middle = mean(values)
  const half = halfWidth(values)
  return { mean: middle, low: middle - half, high: middle + half, n: values.length }
}

/** The estimate of a measure from one value a seed; null without any. No measure is negative: the interval is cut at 0. */
export const estimate = (values: Values): Estimate | null => {
  const given = present(values)
  return given.length === 0 ? null : estimateOfAll(given)
}

/** The estimate of a measure that every seed has; at least one. */
export const estimateOfAll = (values: Numbers): Estimate => {
  const found = intervalOfAll(values)
  return { ...found, low: Math.max(0, found.low) }
}

/**
 * The estimate of a share from its parts, one a seed: all that has it over all that there is, and the interval of that ratio
 * (Cochran, Sampling Techniques, 1977, 6.3). The mean of the seeds' own shares would count a seed with little for as much as one
 * with a lot. Null where there is nothing.
 */
export const ratio = (parts: ReadonlyArray<number>, wholes: ReadonlyArray<number>): Estimate | null => {
  const whole = mean(wholes)
  if (parts.length === 0 || whole === 0) return null
  const middle = mean(parts) / whole
  const half = halfWidth(parts.map((part, seed) => part - middle * wholes[seed]!)) / whole
  return { mean: middle, low: Math.max(0, middle - half), high: middle + half, n: parts.length }
}

/** The estimate of a minus b, paired by seed; seeds that lack one of the two are left out. */
export const pairedDifference = (a: Values, b: Values): Estimate | null =>
  interval(
    a.map((value, seed) => {
      const other = b[seed]
      return value === null || value === undefined || other === null || other === undefined ? null : value - other
    })
  )

const power = 0.8

/** The size of a true difference that would have been found in four of five such comparisons; at least two pairs. */
export const detectable = ({ high, mean, n }: Estimate): number =>
  (high - mean) * (1 + tQuantile(power, n - 1) / quantileOf(upperTail, n))

/** The greatest share that none of n independent cases may still have, with 95 % confidence unless said otherwise: about 3 / n. */
export const highestUnseen = (n: number, wrong = 0.05): number => 1 - exp(ln(wrong) / n)
