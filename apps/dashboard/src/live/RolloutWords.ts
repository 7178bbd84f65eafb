import type { RolloutSummary } from "@ebb/protocol/rest/Shapes"
import * as Format from "@ebb/text/Format"

type Standing = Pick<RolloutSummary, "ended" | "recoveryMs" | "runners" | "state">

/** How far a rollout has come: it is over when its runners have ended, and recovered when as many slots are ready as before. */
export const state = ({ ended, recoveryMs, runners, state }: Standing): string => {
  if (state === "running") return `${ended} of ${Format.counted(runners, "runner")} ended`
  if (state === "interrupted") return "interrupted"
  if (recoveryMs === undefined) return "finished"
  return recoveryMs === null ? "finished, not recovered yet" : `recovered in ${Format.duration(recoveryMs)}`
}
