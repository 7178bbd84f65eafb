import * as Format from "@ebb/text/Format"
import type { Rollout } from "../CheckReport.ts"
import { isOther } from "../ShortAnswer.ts"
import { type Facts, nounOf, ofInFlight, were } from "./Facts.ts"

/** Answers that ended as if whole and are not the usual ones: parts of those, or others. */
export const isSeen = ({ after, gaveUpAfterMs, short }: Rollout): boolean =>
  short.count + after.short > 0 && gaveUpAfterMs === null

/** Whether they are others. */
export const areOthers = ({ short }: Rollout): boolean => isOther(short.why)

const late = (rollout: Rollout): string =>
  `${Format.counted(rollout.after.short, nounOf(rollout))} that came with ${rollout.signal} or after it`

export const halfText = (rollout: Rollout, { settings }: Facts): string => {
  const { count, usual, why } = rollout.short
  const lead =
    count > 0
      ? `${Format.integer(count)} of ${Format.counted(rollout.inFlight, nounOf(rollout))} in flight got half an answer that ended as if whole`
      : `${late(rollout)} got half an answer that ended as if whole`
  const had = `answers before ${rollout.signal} had`
  if (why === "expected") return `${lead}: without ${JSON.stringify(settings.expected)}.`
  if (why === "last line") return `${lead}: without the last line that ${had}, ${usual}.`
  if (why === "JSON") return `${lead}: the body is not valid JSON, as it was before ${rollout.signal}.`
  if (why === "HTML") return `${lead}: without the </html> that ${had}.`
  if (why === "trailers") return `${lead}: without the trailers that ${had} (${usual}).`
  return `${lead}: ${had} ${usual}.`
}

/** "28 of 29 requests in flight were answered with 302, where all answers before SIGTERM had 200." */
export const otherText = (rollout: Rollout): string => {
  const { after, short, signal } = rollout
  const lead =
    short.count > 0 ? ofInFlight(rollout, short.count, "answered") : `${late(rollout)} ${were(after.short)} answered`
  const before = `answers before ${signal}`
  if (short.why === "status") return `${lead} with status ${short.got}, where all ${before} had ${short.usual}.`
  if (short.why === "content type") return `${lead} with ${short.got}, where all ${before} were ${short.usual}.`
  return `${lead} with JSON that has ${short.got} and lacks keys that all ${before} had (${short.usual}).`
}
