import { estimate, halfWidth, highestUnseen, quantile } from "@ebb/sim/measure/Statistics"
import type { Slo } from "./Slo.ts"
import type { Verdict } from "./Verdict.ts"

/** The side of the limit on which an interval lies, as far as it does. */
const side = ({ limit, operator }: Slo, low: number, high: number): "holds" | "broken" | "open" => {
  const [isIn, isOut] = {
    "<": [high < limit, low >= limit],
    "<=": [high <= limit, low > limit],
    ">": [low > limit, high <= limit],
    ">=": [low >= limit, high < limit],
    "==": [low === limit && high === limit, low > limit || high < limit]
  }[operator]
  return isIn ? "holds" : isOut ? "broken" : "open"
}

/** Whether it holds with just this value. */
export const isMetBy = (slo: Slo, value: number): boolean => side(slo, value, value) === "holds"

/** Measures are not negative: one that must be 0 is broken by any run in which it is not. */
const isBrokenByOne = ({ limit, operator }: Slo, values: ReadonlyArray<number>): boolean =>
  limit === 0 && (operator === "==" || operator === "<=") && values.some((value) => value > 0)

/** An interval narrower than this share of the limit that still has it inside: nobody needs to know it more exactly. */
const closeShare = 0.01

/** What has the same value in every run holds once no more than this share of runs may still have another. */
const unseenMost = 0.1

/**
 * Runs that all gave the same have no variance, which proves nothing of those to come. The share of them that may be otherwise
 * is as low as 0, or higher than the others by as much as the value or the limit, or by one, as a count is.
 */
const verdictOfSame = (slo: Slo, value: number, runs: number, wrong: number): Verdict => {
  const unseen = highestUnseen(runs, wrong)
  const beyond = Math.max(value, Math.abs(slo.limit), 1)
  const found = side(slo, value * (1 - unseen), value + beyond * unseen)
  if (found === "broken") return "broken"
  if (found === "holds" && unseen <= unseenMost) return "holds"
  if (isMetBy(slo, value)) return "unbroken"
  const isClose = Math.abs(value - slo.limit) <= closeShare * Math.abs(slo.limit)
  return isClose && unseen <= unseenMost ? "close" : "open"
}

const othersEnough = 10

/**
 * What seems to hold. Where more than half of the runs gave the same, fewer than ten others make no interval that can be relied on: all
 * of them prove no more than if each had given that.
 */
const verdictOfHeld = (slo: Slo, values: ReadonlyArray<number>, wrong: number): Verdict => {
  const usual = quantile(values, 0.5)
  const others = values.filter((value) => value !== usual).length
  const isMostly = 2 * others < values.length && others < othersEnough
  if (!isMostly || !isMetBy(slo, usual) || verdictOfSame(slo, usual, values.length, wrong) === "holds") return "holds"
  return values.every((value) => isMetBy(slo, value)) ? "unbroken" : "open"
}

/**
 * What the values of an SLO, one a seed, say. `wrong`: how likely a verdict on it may be mistaken. What holds also holds with
 * its 95 % interval, which is narrower.
 */
export const verdictOf = (slo: Slo, given: ReadonlyArray<number | null>, wrong: number): Verdict => {
  const values = given.filter((value): value is number => value !== null)
  if (values.length === 0 || isBrokenByOne(slo, values)) return "broken"
  if (values.every((value) => value === values[0])) return verdictOfSame(slo, values[0]!, values.length, wrong)
  const { high, low, mean } = estimate(values)!
  const half = halfWidth(values, 1 - wrong)
  const found = side(slo, Math.min(low, mean - half), Math.max(high, mean + half))
  if (found === "holds") return verdictOfHeld(slo, values, wrong)
  if (found !== "open") return found
  return high - mean <= closeShare * Math.abs(slo.limit) ? "close" : "open"
}

/** By what share of the limit a mean misses it; 0: it does not. */
export const missOf = ({ limit, operator }: Slo, mean: number): number => {
  const over = operator === "<" || operator === "<=" ? mean - limit : limit - mean
  const by = operator === "==" ? Math.abs(mean - limit) : Math.max(0, over)
  return by / Math.max(Math.abs(limit), 1e-9)
}
