import * as Format from "@ebb/text/Format"
import type { Rollout } from "../CheckReport.ts"
import type { Facts } from "./Facts.ts"

/** Why nothing is proved, and what would show it. */
interface Unproved {
  readonly text: string
  readonly remedy: string
}

const nothingInHand = ({ exit, signal }: Rollout): Unproved => ({
  text: `No request was still in hand by the time the server was seen to react to ${signal}, in any of several tries: there was none to cut, so nothing is proved. It ended within ${Format.duration(exit.afterMs)}.`,
  remedy: "Check on a less busy machine, or choose a slower path with --path."
})

const severalReplies = ({ sessions, signal }: Rollout, expected: string | null): Unproved => {
  const replies = `${Format.integer(sessions?.replies ?? 0)} replies${expected === null ? "" : ` with ${JSON.stringify(expected)}`}`
  return {
    text: `${Format.counted(sessions?.messages ?? 0, "message")} got ${replies}, so one may have several, and which of them is the last is not known: nothing is proved about the messages under way at ${signal}.`,
    remedy: "Name words that only the last reply to a message holds, with --expect TEXT."
  }
}

const noReply = ({ sessions, signal }: Rollout, expected: string | null): Unproved => {
  const sent = Format.counted(sessions?.messages ?? 0, "message")
  const what = expected === null ? "got no reply" : `got no reply with ${JSON.stringify(expected)}`
  return {
    text: `The ${sent} of the sessions open at ${signal} ${what}: there was none to lose, so nothing is proved.`,
    remedy:
      expected === null
        ? "Send a message that the server replies to, with --body."
        : "Correct the text after --expect, which the last reply to each message must hold, or send another message with --body."
  }
}

const noneWaited = ({ signal }: Rollout): Unproved => ({
  text: `No message waited for its reply at ${signal}, in any of several tries: there was none to lose, so nothing is proved.`,
  remedy: "Send a message whose reply takes longer, with --body."
})

/** Of a rollout of which {@link Facts.isUnproved} says so. */
export const why = (rollout: Rollout, { settings: { expected } }: Facts): Unproved => {
  const { sessions } = rollout
  if (sessions === null) return nothingInHand(rollout)
  if (sessions.replies === 0) return noReply(rollout, expected)
  if (sessions.unasked > 0) return severalReplies(rollout, expected)
  return sessions.pending === 0 ? noneWaited(rollout) : nothingInHand(rollout)
}
