import { assert } from "vitest"

export const mean = (values: ReadonlyArray<number>): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length

export const deviation = (values: ReadonlyArray<number>): number => {
  const middle = mean(values)
  return Math.sqrt(mean(values.map((value) => (value - middle) ** 2)))
}

/** How far chance may take a sample: past 4.5 standard errors it does so once in 150,000 times. */
const sigmas = 4.5

/** The share of the values up to `quantile` is the probability that it stands for. */
export const confirmQuantile = (values: ReadonlyArray<number>, probability: number, quantile: number): void => {
  const share = values.filter((value) => value <= quantile).length / values.length
  const error = Math.sqrt((probability * (1 - probability)) / values.length)
  assert.closeTo(share, probability, sigmas * error, `the share of values up to ${quantile}`)
}

/** The mean of the values is that of a distribution with this standard deviation. */
export const confirmMean = (values: ReadonlyArray<number>, expected: number, standardDeviation: number): void => {
  assert.closeTo(mean(values), expected, (sigmas * standardDeviation) / Math.sqrt(values.length), "the mean")
}

/** How many values fall into each of `bins` equal parts of [0, 1). */
export const histogram = (values: ReadonlyArray<number>, bins: number): ReadonlyArray<number> => {
  const counts = Array.from({ length: bins }, () => 0)
  for (const value of values) counts[Math.floor(value * bins)]!++
  return counts
}

/** Pearson's chi-square of counts against equal ones, in standard deviations from its mean. */
export const chiSquareScore = (counts: ReadonlyArray<number>): number => {
  const expected = mean(counts)
  const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
  const freedom = counts.length - 1
  return (chiSquare - freedom) / Math.sqrt(2 * freedom)
}
