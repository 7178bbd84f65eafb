import type { Limits, Share, Standing } from "./Strategy.ts"

const all = 100

const roundedUp = (share: Share, wanted: number): number =>
  "count" in share ? share.count : Math.ceil((share.percent * wanted) / all)
const roundedDown = (share: Share, wanted: number): number =>
  "count" in share ? share.count : Math.floor((share.percent * wanted) / all)

/** So many may exist on top of those wanted. */
export const surge = ({ surge: share }: Limits, wanted: number): number => roundedUp(share, wanted)

/** So many may be missing; where nothing may exist on top either, one may, or nothing would ever go on. */
export const unavailable = (limits: Limits, wanted: number): number => {
  const missing = roundedDown(limits.unavailable, wanted)
  return missing === 0 && surge(limits, wanted) === 0 ? 1 : missing
}

/** Whether every runner may be missing at once: none has to be held back. */
export const mayMissAll = ({ unavailable: share }: Limits): boolean => "percent" in share && share.percent >= all

const existing = ({ ending, fresh, old }: Standing, { countTerminating }: Limits): number =>
  old + fresh + (countTerminating ? ending : 0)

/** As many as may be missing, and no more than leaves those available that have to be. */
export const stops = (standing: Standing, limits: Limits): number => {
  const { available, fresh, old, wanted } = standing
  const least = wanted - unavailable(limits, wanted)
  const room = existing(standing, limits) - least - (fresh - available)
  return Math.max(0, Math.min(old, room, old + available - least))
}

/** As many as are wanted and may exist. */
export const starts = (standing: Standing, limits: Limits): number => {
  const { ending, fresh, old, wanted } = standing
  if (limits.wait === "all_ended" && old + ending > 0) return 0
  return Math.max(0, Math.min(wanted + surge(limits, wanted) - existing(standing, limits), wanted - fresh))
}
