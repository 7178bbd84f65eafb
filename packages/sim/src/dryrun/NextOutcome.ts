import { mean, variance } from "../measure/Sample.ts"
import type { Estimate } from "../measure/Statistics.ts"
import { t975 } from "./StudentT.ts"

/** How likely the next outcome is below the interval, and likewise above it. */
const tail = 0.025

/** Of n outcomes in order, the next one is below the k-th in k / (n + 1) of all cases; between two, so far from one to the other. */
const below = (sorted: ReadonlyArray<number>, share: number): number => {
  const place = share * (sorted.length + 1)
  const at = Math.floor(place + 1e-9)
  const [here, next] = [sorted[at - 1]!, sorted[at] ?? sorted.at(-1)!]
  return here + (next - here) * Math.max(0, place - at)
}

/**
 * Where one more outcome lies in 95 of 100 cases, between two of those there are. Where they are too few for that (less than
 * 39) it is told by their spread: t(0.975, n - 1) · s · √(1 + 1/n) around the mean, as if they were normally distributed.
 */
export const of = (outcomes: ReadonlyArray<number>): Estimate => {
  const n = outcomes.length
  const middle = mean(outcomes)
  if (tail * (n + 1) < 1) {
    const half = n < 2 ? 0 : t975[n - 2]! * Math.sqrt(variance(outcomes) / n) * Math.sqrt(n + 1)
    return { mean: middle, low: Math.max(0, middle - half), high: middle + half, n }
  }
  const sorted = [...outcomes].sort((a, b) => a - b)
  return { mean: middle, low: below(sorted, tail), high: below(sorted, 1 - tail), n }
}
