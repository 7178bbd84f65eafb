import type { Exchange } from "../client/Exchange.ts"
import { awakeMs } from "./Reaction.ts"

/** What happens sooner than that is no limit that anybody set. */
const limitMsMin = 400
const spreadMsMin = 150
const spreadShare = 0.1
const countMin = 2
const youngShare = 0.8

/** How the rollout went, by the clock of `performance.now()`. */
interface Course {
  readonly signalledAtMs: number
  readonly killedAtMs: number
  /** When the process had ended, of which its callers may hear later. */
  readonly endedAtMs: number
  readonly listenerClosedAtMs: number | null
  /** The least that a whole answer took; null without any. */
  readonly leastMs: number | null
  /** For how long this process was held up, at most: by so much what happened may seem later than it was. */
  readonly heldUpMs: number
}

/** Whether they ended before their time: no whole answer was seen to take as little as that. */
const endedYoung = (failed: ReadonlyArray<Exchange>, leastMs: number): boolean => {
  const young = failed.filter(
    ({ endedAtMs, sentAtMs }) => endedAtMs !== null && sentAtMs !== null && endedAtMs - sentAtMs < leastMs
  )
  return young.length >= failed.length * youngShare
}

const spreadOf = (values: ReadonlyArray<number>): number => Math.max(...values) - Math.min(...values)

/**
 * When the server gave up waiting for its requests: it had begun to end (its listener was closed, or answers went out) and
 * then failed all that were left at about one time, though they had begun at different times. Null where that was not seen.
 */
export const afterMs = (
  cut: ReadonlyArray<Exchange>,
  ended: ReadonlyArray<Exchange>,
  answered: ReadonlyArray<Exchange>,
  { endedAtMs: overAtMs, heldUpMs, killedAtMs, leastMs, listenerClosedAtMs, signalledAtMs }: Course
): number | null => {
  const failed = [...cut, ...ended]
  const ends = failed.flatMap(({ endedAtMs }) => (endedAtMs === null ? [] : [Math.min(endedAtMs, overAtMs)]))
  if (ends.length < countMin) return null
  const firstMs = Math.min(...ends)
  const limitMs = firstMs - signalledAtMs
  const spreadMs = Math.max(spreadMsMin, limitMs * spreadShare)
  if (limitMs - heldUpMs < limitMsMin || spreadOf(ends) > spreadMs || firstMs >= killedAtMs) return null
  // Nothing is cut when its time has come, but an answer may be an error then, and several of them be read at once.
  if (leastMs !== null && cut.length < ended.length && !endedYoung(ended, leastMs)) return null
  const begun = failed.flatMap(({ sentAtMs }) => (sentAtMs === null ? [] : [sentAtMs]))
  // Of one age they may have had one end in common for another reason.
  if (begun.length < countMin || spreadOf(begun) < spreadOf(ends)) return null
  const hadClosed = listenerClosedAtMs !== null && firstMs - listenerClosedAtMs > limitMsMin / 2
  // An answer that was read sooner may be one that the server sent before it had seen to the signal.
  const awakeAtMs = signalledAtMs + awakeMs + heldUpMs
  const hadAnswered = answered.some(
    ({ endedAtMs }) => endedAtMs !== null && endedAtMs > awakeAtMs && endedAtMs < firstMs - spreadMs
  )
  return hadClosed || hadAnswered ? limitMs : null
}
