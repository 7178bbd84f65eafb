import lognormalCdf from "@stdlib/stats-base-dists-lognormal-cdf/lib/main.js"
import { z99 } from "../learn/Fits.ts"
import { durationText } from "../learn/Values.ts"
import { type Histogram, type Quantile, quantile } from "./Histogram.ts"

/** A lognormal distribution in seconds. */
interface Lognormal {
  readonly p50: number
  readonly p99: number
  /** How far it is off the counts, at most, as a share. */
  readonly distance: number
}

const text = (seconds: number): string => durationText(seconds * 1000)

/** A quantile and the bucket that it lies in, in words. */
export const quantileText = ({ high, low, value }: Quantile): string =>
  value === null ? `over ${text(low)}` : `${text(value)} (${text(low)} to ${text(high)})`

/** Shares that are known by the counts; where one bucket holds all, by interpolation within it. */
const knownShares = (histogram: Histogram): ReadonlyArray<readonly [value: number, share: number]> => {
  const { bounds, count, counts } = histogram
  const exact = bounds.map((bound, at) => [bound, counts[at]! / count] as const)
  if (exact.some(([, share]) => share > 0 && share < 1)) return exact
  return [0.25, 0.5, 0.75].map((share) => [quantile(histogram, share).value!, share] as const)
}

/** Whether a value lies in the bucket as a spec writes it, to three digits. */
const isWithin = ({ high, low }: Quantile, value: number): boolean => {
  const written = Number(value.toPrecision(3))
  return written >= low && written <= high
}

/** Spreads that are tried: up to a p99 of a million times the median. */
const sigmas = Array.from({ length: 6000 }, (_, at) => (at + 1) / 1000)

/** The lognormal nearest to the counts whose p50 and p99 lie in their buckets and whose mean is this one; null where there is none. */
const withMean = (histogram: Histogram, mean: number): Lognormal | null => {
  const [middle, high] = [quantile(histogram, 0.5), quantile(histogram, 0.99)]
  const shares = knownShares(histogram)
  let best: Lognormal | null = null
  for (const sigma of sigmas) {
    const mu = Math.log(mean) - (sigma * sigma) / 2
    const [p50, p99] = [Math.exp(mu), Math.exp(mu + sigma * z99)]
    if (!isWithin(middle, p50) || !isWithin(high, p99)) continue
    const distances = shares.map(([value, share]) => Math.abs(lognormalCdf(value, mu, sigma) - share))
    const distance = Math.max(...distances)
    if (best === null || distance < best.distance) best = { p50, p99, distance }
  }
  return best
}

const percent = (share: number): string => `${Number((100 * share).toPrecision(2))} %`

/** What a spec may have of a histogram of seconds, with a note; where that is nothing, why, and what to do. */
export const ofHistogram = (
  histogram: Histogram
): { readonly value: string; readonly note: string } | { readonly how: string } => {
  const { bounds, count, counts, sum } = histogram
  const [middle, high] = [quantile(histogram, 0.5), quantile(histogram, 0.99)]
  const mean = sum === null ? null : sum / count
  const seen = `p50 ${quantileText(middle)}, p99 ${quantileText(high)}`
  const seenWithMean = mean === null ? seen : `${seen}, mean ${text(mean)}`
  if (middle.value === null || high.value === null) {
    const help = "give it buckets up to the longest requests, or ebb a log"
    // A summary's quantiles are those of a time of its own, and do not add up over labels.
    if (bounds.length === 0)
      return { how: `no buckets${mean === null ? "" : `, only a mean of ${text(mean)}`}; ${help}` }
    const beyond = percent(1 - counts.at(-1)! / count)
    return { how: `${seenWithMean}: ${beyond} took longer than its largest bucket; ${help}` }
  }
  const written = (p50: number, p99: number): string => `{ lognormal: { p50: ${text(p50)}, p99: ${text(p99)} } }`
  if (mean === null) {
    if (middle.value === 0) return { how: `${seen}: no such distribution is known; give ebb a log` }
    const note = `as wide as its buckets: ${seen}; no _sum to check the mean with`
    return { value: written(middle.value, high.value), note }
  }
  const found = mean > 0 ? withMean(histogram, mean) : null
  if (found === null) {
    return { how: `${seen} go with no mean of ${text(mean)}, its _sum over its _count; give ebb a log` }
  }
  const note = `p50 within ${text(middle.low)} to ${text(middle.high)}, p99 within ${text(high.low)} to ${text(high.high)}, the widths of its buckets; mean ${text(mean)}, as _sum over _count; off its counts by at most ${percent(found.distance)}`
  return { value: written(found.p50, found.p99), note }
}
