import type { RolloutReport } from "@ebb/core/domain/RolloutReport"
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

/** What became of the runners of a rollout and of its slots: `6 runners in 3.0 s`, `recovered after 12.0 s`. */
export const partsOf = (report: RolloutReport): ReadonlyArray<string> => {
  const { finishedAtMs, runners, startedAtMs, state } = report
  const { recoveryMs, slotsReadyBefore, slotsReadyLowest } = report.capacity
  const counted = Format.counted(runners.length, "runner")
  const took = finishedAtMs === null ? null : Format.duration(finishedAtMs - startedAtMs)
  const recovered = of(recoveryMs, slotsReadyBefore - slotsReadyLowest, "after")
  if (state === "running") return [`${counted}, running`, recovered]
  if (state === "finished") return [took === null ? counted : `${counted} in ${took}`, recovered]
  const interrupted = `${counted}, interrupted${took === null ? "" : ` after ${took}`}`
  // It will recover no more.
  return recoveryMs === null ? [interrupted] : [interrupted, recovered]
}
