import { settings } from "@ebb/core/domain/Settings"
import gammaCdf from "@stdlib/stats-base-dists-gamma-cdf/lib/main.js"
import ln from "@stdlib/math-base-special-ln/lib/main.js"

/** A grace period may be this long. */
export const graceSecondsMost: number = settings.gracePeriodSeconds.most

/** Losses that people ask for, as shares of the requests in flight. */
export const losses = [0.1, 0.01, 0.001, 0] as const

/** The shortest grace period in whole seconds that loses at most that share; null where none that may be set does. */
export const periodFor = (sorted: Float64Array, loss: number): number | null => {
  const n = sorted.length
  if (n === 0) return 0
  // So many may be lost; what ends with the period is not.
  const mayBeLost = Math.floor(loss * n + 1e-9)
  const neededMs = mayBeLost >= n ? 0 : sorted[n - 1 - mayBeLost]!
  const seconds = Math.ceil(neededMs / 1000 - 1e-9)
  return seconds <= graceSecondsMost ? seconds : null
}

const confidence = 0.95

/**
 * Whether so many lost of so many requests show with 95 % confidence that no greater share is lost: the exact bound on a
 * Poisson count (Garwood, Fiducial Limits for the Poisson Distribution, 1936), which without any lost is the rule of three.
 */
export const isShown = (lost: number, requests: number, loss: number): boolean =>
  requests > 0 && gammaCdf(loss * requests, lost + 1, 1) >= confidence

/** So few requests cannot tell such a share from none. */
export const requestsFor = (loss: number): number => Math.ceil(-ln(1 - confidence) / loss)

/** The largest values that an index of the tail is estimated from: this share of all. */
const tailShare = 0.05
const tailLeast = 50

/**
 * The index of a heavy tail by Hill's estimate (A Simple General Approach to Inference About the Tail of a Distribution, 1975),
 * null for a sample too small, which may have seen a request several times. Where service has the index a, what is left of requests in flight has a − 1.
 */
export const tailIndex = (sorted: Float64Array, requests: number): number | null => {
  const finite = sorted.filter((value) => value > 0 && value !== Infinity)
  const count = Math.floor(finite.length * tailShare)
  if (count < tailLeast || requests * tailShare < tailLeast) return null
  const from = finite[finite.length - count - 1]!
  let sum = 0
  for (let at = finite.length - count; at < finite.length; at++) sum += ln(finite[at]! / from)
  return count / sum
}
