/** Values in order. */
export type Sample = Float64Array

/** The values that are numbers, in order. */
export const sampleOf = (values: Iterable<number>): Sample =>
  Float64Array.from(values)
    .filter((value) => Number.isFinite(value))
    .sort()

/** The least of the values that at least this share of them does not exceed; NaN of none. */
export const quantile = (sample: Sample, share: number): number =>
  sample[Math.max(0, Math.ceil(share * sample.length - 1e-9) - 1)] ?? NaN

export const mean = (values: ArrayLike<number>): number => {
  let sum = 0
  for (let at = 0; at < values.length; at++) sum += values[at]!
  return sum / values.length
}
