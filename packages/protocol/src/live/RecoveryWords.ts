import * as Format from "@ebb/text/Format"

/**
 * Whether as many slots are ready again as before a rollout. `missed`: by how many they were fewer at the least; those of a rollout
 * that was never short of any when it began may go later, for another reason.
 */
export const of = (recoveryMs: number | null, missed: number, preposition: "in" | "after"): string => {
  if (recoveryMs === null) return "not recovered yet"
  if (recoveryMs > 0) return `recovered ${preposition} ${Format.duration(recoveryMs)}`
  return missed > 0 ? `${Format.counted(missed, "slot")} missed later` : "no slot was missed"
}
