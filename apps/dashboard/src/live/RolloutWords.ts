import type { RolloutSummary } from "@ebb/protocol/rest/Shapes"
import * as Format from "@ebb/text/Format"

type Standing = Pick<RolloutSummary, "ended" | "recoveryMs" | "runners" | "state">

/** Whether as many slots are ready again as before; null where that is not known. */
export const recovery = ({ recoveryMs }: Pick<Standing, "recoveryMs">): string | null => {
  if (recoveryMs === undefined) return null
  if (recoveryMs === 0) return "no slot was missed"
  return recoveryMs === null ? "not recovered yet" : `recovered in ${Format.duration(recoveryMs)}`
}

/** How far a rollout has come: it is finished when its runners have ended. */
export const state = (rollout: Standing): string => {
  const { ended, recoveryMs, runners, state } = rollout
  if (state === "running") return `${ended} of ${Format.counted(runners, "runner")} ended`
  if (state === "interrupted") return "interrupted"
  const recovered = recovery(rollout)
  if (recovered === null) return "finished"
  return recoveryMs === null ? `finished, ${recovered}` : recovered
}
