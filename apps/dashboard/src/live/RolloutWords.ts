import type { RolloutSummary } from "@ebb/protocol/rest/Shapes"
import * as RecoveryWords from "@ebb/protocol/live/RecoveryWords"
import * as Format from "@ebb/text/Format"

type Standing = Pick<RolloutSummary, "ended" | "recoveryMs" | "runners" | "slotsMissed" | "state">

/** Whether as many slots are ready again as before; null where that is not known. */
export const recovery = ({ recoveryMs, slotsMissed = 0 }: Pick<Standing, "recoveryMs" | "slotsMissed">) =>
  recoveryMs === undefined ? null : RecoveryWords.of(recoveryMs, slotsMissed, "in")

/** How far a rollout has come: it is finished when its runners have ended. */
export const state = (rollout: Standing): string => {
  const { ended, recoveryMs, runners, state } = rollout
  if (state === "running") return `${ended} of ${Format.counted(runners, "runner")} ended`
  if (state === "interrupted") return "interrupted"
  const recovered = recovery(rollout)
  if (recovered === null) return "finished"
  return recoveryMs === null ? `finished, ${recovered}` : recovered
}
