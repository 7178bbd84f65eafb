import { countsAll } from "@ebb/core/fleet/strategy/Strategies"
import { isOfLosses, isOfRequests, isOfTimes } from "../measure/Measures.ts"
import type { Mode } from "../spec/SpecSchema.ts"
import type { Estimates } from "./Sheet.ts"
import { isOfProof, swept } from "./Trial.ts"

/** Why what a point gave proves nothing, or little. */
export type Flaw = "unasked" | "unmet" | "unfinished" | "saturated" | "still" | "valueless" | "lacking"

/** One point under one of its modes, and the measure that is looked at. */
export interface Looked {
  readonly modes: ReadonlyArray<Mode>
  /** Of each mode. */
  readonly of: ReadonlyArray<Estimates>
  readonly mode: number
  readonly path: string
}

const estimateOf = (estimates: Estimates, path: string) =>
  estimates[swept.findIndex((measure) => measure.path === path)] ?? null

const meanOf = (estimates: Estimates, path: string): number | null => estimateOf(estimates, path)?.mean ?? null

/** Where a measure of what a rollout does to requests has how many it met; null for any other one. */
const metBy = (path: string): string | null => {
  if (isOfLosses(path)) return "rollouts.atStart"
  const isOfMet = path === "graceNeededMs" || path.startsWith("inFlight.")
  return isOfMet && path !== "inFlight.atStart" ? "inFlight.atStart" : null
}

/** Whether a rollout met a request under any mode; one that replaces first signals later, so alone it tells by the grace needed. */
const hasMet = ({ modes, of }: Looked, path: string): boolean => {
  if (of.some((estimates) => (meanOf(estimates, path) ?? 0) > 0)) return true
  const isTold = modes.some(countsAll)
  return !isTold && of.some((estimates) => meanOf(estimates, "graceNeededMs") !== 0)
}

const isUnmet = (looked: Looked): boolean => {
  const { mode, modes, of, path } = looked
  const by = metBy(path)
  const hasRollouts = of.some((estimates) => meanOf(estimates, "rollouts.unfinished") !== null)
  return by !== null && modes[mode] !== "none" && hasRollouts && !hasMet(looked, by)
}

/** What is wrong with a point under a mode; null where its measure says something. */
export const flawOf = (looked: Looked): Flaw | null => {
  const { mode, of, path } = looked
  if (isOfProof(path)) return withoutValue(looked)
  const own = (of: string) => meanOf(looked.of[mode]!, of) ?? 0
  const [first = ""] = path.split(".")
  if (isOfRequests(first) && meanOf(of[mode]!, "requests.accepted") === 0) return "unasked"
  if (isUnmet(looked)) return "unmet"
  if (own("rollouts.unfinished") > 0) return "unfinished"
  if (own("stability.saturated") > 0) return "saturated"
  return withoutValue(looked)
}

/** What a mode has no value of in which nothing rolls out. */
const isOfRollouts = (path: string): boolean => path === "capacity.recoveryMs" || path === "rollouts.unfinished"

/** Why runs have no value: nothing rolls out in them, or it is so in all of them, or in some. */
const withoutValue = ({ mode, of, path }: Looked): Flaw | null => {
  const runsOf = (measured: string): number => estimateOf(of[mode]!, measured)?.n ?? 0
  if (isOfRollouts(path) && runsOf("rollouts.unfinished") === 0) return "still"
  if (runsOf(path) === 0) return "valueless"
  // Other times are of those requests that there are; these two are left out where they are the longest.
  const isCutOff = path === "capacity.recoveryMs" || path === "graceNeededMs"
  return isCutOff && runsOf(path) < runsOf("requests.accepted") ? "lacking" : null
}

/** Whether it is a time that depends on how long the run is. */
export const isMeaningless = ({ mode, of, path }: Looked): boolean => {
  const [times, window] = path.split(".")
  if (!isOfTimes(times)) return false
  return (meanOf(of[mode]!, window === "before" ? "stability.saturatedBefore" : "stability.saturated") ?? 0) > 0
}
