import pow from "@stdlib/math-base-special-pow/lib/main.js"
import { variance } from "@ebb/sim/measure/Sample"

/** What a selection is held to. */
export interface Selection {
  /** Seeds of the first stage, from which the variances are taken. */
  readonly first: number
  readonly candidates: number
  /** How likely it may be wrong. */
  readonly wrong: number
  /** A difference smaller than this does not matter. */
  readonly indifference: number
}

/**
 * By how much the mean of one candidate must exceed another's after so many seeds to be given up (S.-H. Kim and B. L. Nelson,
 * "A fully sequential procedure for indifference-zone selection in simulation", 2001, with c = 1): a triangle that closes. Both
 * are run with the same seeds, so it is the variance of their difference that counts.
 */
export const margin = (
  { candidates, first, indifference, wrong }: Selection,
  a: ReadonlyArray<number>,
  b: ReadonlyArray<number>
): number => {
  const degrees = first - 1
  const eta = (pow((2 * wrong) / Math.max(1, candidates - 1), -2 / degrees) - 1) / 2
  const spread = variance(a.slice(0, first).map((value, seed) => value - b[seed]!))
  const seeds = Math.min(a.length, b.length)
  const open = (2 * eta * degrees * spread) / indifference ** 2 - seeds
  return Math.max(0, (indifference / (2 * seeds)) * open)
}
