import type { RolloutReport } from "@ebb/core/domain/RolloutReport"
import * as Format from "@ebb/text/Format"

/** What became of the requests in flight, so that the numbers add up: `3 requests in flight, 2 drained, 0 errored, 1 unresolved`. */
export const of = ({ inFlight, messagesLost = 0, state }: RolloutReport): string => {
  const { atStart, cancelled, drained, errored, retried, unresolved } = inFlight
  const fates = [`${drained} drained`, `${errored} errored`]
  if (retried > 0) fates.push(`${retried} retried`)
  if (cancelled > 0) fates.push(`${cancelled} cancelled`)
  if (unresolved > 0) fates.push(`${unresolved} ${state === "running" ? "still in flight" : "unresolved"}`)
  if (messagesLost > 0) fates.push(`${Format.counted(messagesLost, "realtime message")} lost`)
  return [`${Format.counted(atStart, "request")} in flight`, ...fates].join(", ")
}
