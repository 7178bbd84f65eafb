import type { Exchange } from "../client/Exchange.ts"

/** A server that was awake this long ago has seen to its signals since, on a busy machine too. */
export const awakeMs = 100
/** What it sends further apart than that it does not send in one turn of its loop. */
const turnMs = 50
/** One that answers no later than that when an answer is due sees to a signal as soon. */
const promptMs = 100

/** How the rollout went, by the clock of `performance.now()`. */
interface Course {
  readonly signalledAtMs: number
  /** When at the latest its listener was closed; null where that was not seen. */
  readonly closedAtLatestMs: number | null
  readonly lastAliveAtMs: number
  /** For how long this process was held up meanwhile, at most: by so much the quickest answer may have been read too late. */
  readonly heldUpMs: number
}

/** A request in flight, or a message, that was answered whole. */
export type Answered = Pick<Exchange, "createdAtMs" | "endedAtMs" | "wasAwaited">

/** What was under way, and what became of it. */
interface Seen {
  /** Requests in flight at the signal and those after it. */
  readonly all: ReadonlyArray<Exchange>
  readonly answered: ReadonlyArray<Answered>
  /** The least that an answer takes; null where that is not known. */
  readonly leastMs: number | null
}

const spokeAtMs = (call: Exchange, signalledAtMs: number): number =>
  (call.createdAtMs > signalledAtMs ? call.firstByteAtMs : call.spokeAtMs) ?? Infinity

/**
 * When the server was surely awake with the signal there. What it sent first may be from before the signal, and one that was
 * kept from running since does all that is due, in one turn, before it sees to its signals.
 */
const awakeAtMs = ({ all }: Seen, signalledAtMs: number): number => {
  const spoke = all.map((call) => spokeAtMs(call, signalledAtMs))
  const firstMs = Math.min(...spoke)
  return Math.min(...spoke.filter((ms) => ms > firstMs + turnMs))
}

const tookMs = ({ createdAtMs, endedAtMs }: Answered): number => (endedAtMs ?? Infinity) - createdAtMs

/** None was answered late, or was read late here. */
const wasPrompt = ({ answered, leastMs }: Seen): boolean =>
  leastMs !== null && answered.length > 0 && answered.every((call) => tookMs(call) <= leastMs + promptMs)

/**
 * When at the latest the server had come to see to the signal: it had closed its listener, or had been awake since. Null where
 * nothing shows that it had before its end.
 */
export const atLatestMs = (seen: Seen, { closedAtLatestMs, lastAliveAtMs, signalledAtMs }: Course): number | null => {
  const promptAtMs = wasPrompt(seen) ? signalledAtMs + promptMs : Infinity
  const ms = Math.min(awakeAtMs(seen, signalledAtMs) + awakeMs, promptAtMs, closedAtLatestMs ?? Infinity)
  return ms <= lastAliveAtMs ? ms : null
}

/** Servers give up on what takes long only: of that one must have had a good part still before it. */
const longMs = 800
const longShare = 0.5

/**
 * How many answers to requests in flight the server had in hand still when it had seen to the signal. It was seen to, or it
 * must have had: none takes less than the quickest did, however late it was sent and read here.
 */
export const waitedFor = (
  { answered, leastMs }: Seen,
  reactedAtMs: number | null,
  { heldUpMs }: Pick<Course, "heldUpMs">
): number => {
  const surelyMs = (leastMs ?? 0) - heldUpMs
  const leftMs = leastMs !== null && leastMs >= longMs ? leastMs * longShare : 0
  return answered.filter((call) => {
    if (call.wasAwaited && leftMs === 0) return true
    if (leastMs === null || reactedAtMs === null) return false
    return tookMs(call) >= leastMs && call.createdAtMs + surelyMs >= reactedAtMs + leftMs
  }).length
}
