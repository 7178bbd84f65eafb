import type { DayOutput } from "./Day.ts"
import * as Ranking from "./Ranking.ts"

/**
 * Why it cannot be told whether it matters when: all seeds are one day; there is but one time; so few seeds that chance
 * might make them agree; so few requests in flight that nobody knows what becomes of them.
 */
export type Untold = "sameDay" | "oneTime" | "fewSeeds" | "fewMet"

/** Fewer requests than these, over all steps and seeds, say little of what a rollout does to one. */
export const metLeast = 30

const metOf = (found: ReadonlyArray<DayOutput>): number =>
  found.reduce((sum, { inFlight }) => sum + inFlight.reduce((own, each) => own + each, 0), 0)

/** Null where it is told: the steps differ, or enough was seen to say that they do not. */
export const of = (
  found: ReadonlyArray<DayOutput>,
  { differs, isSameDay, steps }: { readonly isSameDay: boolean; readonly steps: number; readonly differs: boolean }
): Untold | null => {
  if (isSameDay) return "sameDay"
  if (differs) return null
  if (steps < 2) return "oneTime"
  if (found.length < Ranking.seedsNeeded(steps)) return "fewSeeds"
  return metOf(found) < metLeast ? "fewMet" : null
}
