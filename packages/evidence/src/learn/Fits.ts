import gammaCdf from "@stdlib/stats-base-dists-gamma-cdf/lib/main.js"
import lognormalCdf from "@stdlib/stats-base-dists-lognormal-cdf/lib/main.js"
import { placeBelow, placeIn } from "./RunnerTimeline.ts"
import { mean, quantile, type Sample } from "./Sample.ts"
import { durationText } from "./Values.ts"

/** A distribution with the parameters that fit a sample best, and how far it is off. */
export interface Fit {
  readonly name: "exponential" | "lognormal" | "gamma" | "pareto"
  /** As a spec writes it. */
  readonly yaml: string
  /** Kolmogorov–Smirnov: the largest distance between its distribution function and the sample's. */
  readonly distance: number
}

type Cdf = (value: number) => number

/** Standard normal quantile of 0.99. */
export const z99 = 2.3263478740408408

/** The largest distance, looked at in at most so many places. */
const placesMost = 4000

const distance = (sample: Sample, cdf: Cdf): number => {
  const n = sample.length
  const step = Math.max(1, n / placesMost)
  let largest = 0
  for (let place = 0; place < n; place += step) {
    const value = sample[Math.floor(place)]!
    const [below, upTo] = [placeBelow(sample, value) + 1, placeIn(sample, value) + 1]
    largest = Math.max(largest, Math.abs(cdf(value) - below / n), Math.abs(upTo / n - cdf(value)))
  }
  return largest
}

/** Distributions of maximum likelihood for the values above 0 of a sample of milliseconds, the nearest to all of it first; none for fewer than ten. */
export const fits = (all: Sample): ReadonlyArray<Fit> => {
  const sample = all.filter((value) => value > 0)
  if (sample.length < 10 || sample[0] === sample.at(-1)) return []
  const logs = sample.map((value) => Math.log(value))
  const [middle, logMiddle] = [mean(sample), mean(logs)]
  const sigma = Math.sqrt(mean(logs.map((value) => (value - logMiddle) ** 2)))
  // The usual approximation of the gamma's shape, off by less than 1.5 %.
  const spread = Math.log(middle) - logMiddle
  const shape = (3 - spread + Math.sqrt((spread - 3) ** 2 + 24 * spread)) / (12 * spread)
  const least = sample[0]!
  const tail = 1 / (logMiddle - Math.log(least))
  const made: ReadonlyArray<readonly [Fit["name"], string, Cdf]> = [
    ["exponential", `{ mean: ${durationText(middle)} }`, (value) => 1 - Math.exp(-value / middle)],
    [
      "lognormal",
      `{ p50: ${durationText(Math.exp(logMiddle))}, p99: ${durationText(Math.exp(logMiddle + sigma * z99))} }`,
      (value) => lognormalCdf(value, logMiddle, sigma)
    ],
    [
      "gamma",
      `{ mean: ${durationText(middle)}, cv: ${(1 / Math.sqrt(shape)).toPrecision(3)} }`,
      (value) => gammaCdf(value, shape, shape / middle)
    ],
    [
      "pareto",
      `{ min: ${durationText(least)}, shape: ${tail.toPrecision(3)} }`,
      (value) => (value < least ? 0 : 1 - (least / value) ** tail)
    ]
  ]
  return made
    .map(([name, parameters, cdf]) => ({ name, yaml: `{ ${name}: ${parameters} }`, distance: distance(all, cdf) }))
    .sort((a, b) => a.distance - b.distance)
}

/** Hill's estimate of the tail's index from the largest twentieth: at most 2 where the variance has no end. */
export const tailIndex = (sample: Sample): number | null => {
  const from = Math.floor(sample.length * 0.95)
  const threshold = sample[from]
  if (threshold === undefined || sample.length < 200 || threshold <= 0) return null
  const above = sample.subarray(from + 1)
  const excess = mean(above.map((value) => Math.log(value / threshold)))
  return excess > 0 ? 1 / excess : null
}

const bins = 32

/** The middles of the humps of a sample on a logarithmic scale: more than one where it is a mixture. */
export const modes = (all: Sample): ReadonlyArray<number> => {
  const sample = all.filter((value) => value > 0)
  if (sample.length < 500) return []
  const [low, high] = [Math.log(quantile(sample, 0.005)), Math.log(quantile(sample, 0.995))]
  if (!(high > low)) return []
  const counts = Array.from({ length: bins }, () => 0)
  for (const value of sample) {
    const bin = Math.floor(((Math.log(value) - low) / (high - low)) * bins)
    if (bin >= 0 && bin < bins) counts[bin]!++
  }
  const smooth = smoothed(smoothed(counts))
  return peaks(smooth).map((bin) => Math.exp(low + ((bin + 0.5) / bins) * (high - low)))
}

const smoothed = (values: ReadonlyArray<number>): ReadonlyArray<number> =>
  values.map((value, at) => (2 * value + (values[at - 1] ?? 0) + (values[at + 1] ?? 0)) / 4)

/** Humps that stand out: at least a tenth of the highest, and twice as high as the valley before. */
const peaks = (values: ReadonlyArray<number>): ReadonlyArray<number> => {
  const least = Math.max(...values) / 10
  const found: Array<number> = []
  let valley = 0
  for (const [at, value] of values.entries()) {
    const isPeak = value >= least && value >= (values[at - 1] ?? 0) && value > (values[at + 1] ?? 0)
    valley = Math.min(valley, value)
    if (!isPeak) continue
    const last = found.at(-1)
    if (last === undefined || valley < Math.min(value, values[last]!) / 2) found.push(at)
    else if (value > values[last]!) found[found.length - 1] = at
    valley = value
  }
  return found
}
