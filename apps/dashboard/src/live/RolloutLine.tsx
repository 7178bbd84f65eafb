import { rolled } from "@ebb/core/domain/ModeWords"
import type { RolloutSummary } from "@ebb/protocol/rest/Shapes"
import * as Format from "@ebb/text/Format"
import * as RolloutWords from "./RolloutWords.ts"
import { toRollout } from "./Route.ts"

/** How a rollout stands, or what came of it. */
const sentence = (rollout: RolloutSummary): string => {
  const { drained, errored, escalatedAt, id, mode, retried, state } = rollout
  const how = rolled(mode, escalatedAt !== undefined)
  const counts: ReadonlyArray<readonly [number, string]> = [
    [drained, "drained"],
    [errored, "failed"],
    ...(retried > 0 ? [[retried, "retried"] as const] : [])
  ]
  const fates = counts.map(([count, fate]) => `${Format.integer(count)} ${fate}`).join(", ")
  if (state === "running") return `${id} (${how}) in progress: ${RolloutWords.state(rollout)}, ${fates}`
  if (state === "interrupted") return `${id} (${how}) was interrupted: ${fates}`
  const recovered = RolloutWords.recovery(rollout)
  return `${id} (${how}) is over: ${fates}${recovered === null ? "" : `, ${recovered}`}`
}

/** The rollout under way, or else the last one, in a line with its report behind it. */
export const RolloutLine = ({ rollouts }: { readonly rollouts: ReadonlyArray<RolloutSummary> }) => {
  const shown = rollouts.find(({ state }) => state === "running") ?? rollouts[0]
  return (
    <p role="status" class="rollout-line">
      {shown === undefined ? (
        ""
      ) : (
        <>
          {sentence(shown)} → <a href={toRollout(shown.id)}>report</a>
        </>
      )}
    </p>
  )
}
