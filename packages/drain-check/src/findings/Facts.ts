import { constants } from "node:os"
import * as CurrentSystem from "@ebb/processes/system/CurrentSystem"
import * as Format from "@ebb/text/Format"
import type { Rollout } from "../CheckReport.ts"
import type { CheckSettings } from "../CheckSettings.ts"
import type { ServerKind } from "./Servers.ts"

/** All that was seen, for the findings to follow from. */
export interface Facts {
  readonly settings: CheckSettings
  readonly graceful: Rollout
  readonly kept: Rollout | null
  readonly idle: Rollout | null
  /** What the first process runs, such as `dash`. */
  readonly firstProgram: string
  /** The kind of server that was seen; null where it is none that is known. */
  readonly server: ServerKind | null
}

/** A process that goes on for this long after it cut its requests did not cut them by ending. */
const wentOnMinMs = 100
/** Longer than a look at the kernel's lists is late by. On a busy machine, where a process also takes longer to end, more is asked for. */
const actedMinMs = 60
const workedMinMs = 100
/** An end that lets its callers wait for longer is worth a word. */
export const slowMs = 1000
const significance = 0.01
/** What a process that the signal ended is said to have exited with. */
export const codeOf = (signal: string): number =>
  128 + (Object.entries(constants.signals).find(([name]) => name === signal)?.[1] ?? 0)

/** The exit code as a shell shows it: 128 and the signal's number for a process that the rollout's signal ended. */
export const exitCode = ({ exit, signal }: Rollout): number | null =>
  exit.signal === signal ? codeOf(signal) : exit.code

/** Whether the server ended as one that was asked to: with 0, or by the signal that it was sent. */
export const endedWell = (rollout: Rollout): boolean => {
  const code = exitCode(rollout)
  return !rollout.exit.neededKill && (code === 0 || code === codeOf(rollout.signal))
}

export const total = ({ answered, errored, lost }: Rollout["before"]): number => answered + errored + lost

/** The signal ended the process, which had not ended otherwise. */
export const isEndedBySignal = ({ exit, signal }: Rollout): boolean => !exit.neededKill && exit.signal === signal

/** It was seen to do something about the signal: it lived on with its listener closed, worked on, or gave requests up later. */
export const hasActed = ({ gaveUpAfterMs, heldUpMs, listenerClosedForMs, waitedFor, workedForMs }: Rollout): boolean =>
  gaveUpAfterMs !== null || waitedFor > 0 || listenerClosedForMs > actedMinMs + heldUpMs || workedForMs > workedMinMs

/** From the first cut to the end, as far as was seen. */
const wentOnForMs = ({ exit, firstCutAfterMs, lastCutAfterMs }: Rollout): number => {
  const cutAfterMs = firstCutAfterMs ?? lastCutAfterMs
  return cutAfterMs === null ? 0 : exit.afterMs - cutAfterMs
}

/** The cuts came so far apart that no end of the process was the reason for all of them. */
export const cutOneByOne = ({ firstCutAfterMs, heldUpMs, lastCutAfterMs }: Rollout): boolean =>
  (lastCutAfterMs ?? 0) - (firstCutAfterMs ?? lastCutAfterMs ?? 0) > wentOnMinMs + heldUpMs

/** The process lived on after it had cut requests, or the first of them. */
export const wentOn = (rollout: Rollout): boolean => wentOnForMs(rollout) > wentOnMinMs + rollout.heldUpMs

/** The signal went to a first process that is not the server, and no further: that one ignores it, or has no handler and ended by it. */
export const isShielded = (rollout: Rollout): boolean => {
  const { disposition, listenerClosedAfterMs, listensItself } = rollout
  if (listensItself || listenerClosedAfterMs !== null) return false
  return disposition === "ignored" || (disposition === "default" && isEndedBySignal(rollout))
}

/** The first process is not the server, and ended before it: whether the server had heard of the signal is another matter. */
export const isLeftAlone = (rollout: Rollout): boolean => {
  const { cut, exit, listensItself, outlivedByServer, servesOn } = rollout
  if (listensItself || exit.neededKill || isShielded(rollout)) return false
  return servesOn || (outlivedByServer && cut > 0 && !wentOn(rollout))
}

/** What was lost, and how it ended, is the doing of a first process that is not the server. */
export const isDoneInFront = (rollout: Rollout): boolean => isShielded(rollout) || isLeftAlone(rollout)

/** Streams that have no end of their own, as far as was seen: none of them was over before the signal, all flowed on. */
export const areEndless = ({ before, cut, cutFlowing, inFlight, traffic }: Rollout): boolean =>
  traffic !== "sessions" && cut > 0 && cutFlowing === cut && cut === inFlight && total(before) === 0 && before.begun > 0

/** The chance of so many or more errors among so many requests, where each fails as often as they did before. */
const chance = (errors: number, count: number, share: number): number => {
  let term = (1 - share) ** count
  let below = 0
  for (let at = 0; at < errors; at++) {
    below += term
    term *= ((count - at) / (at + 1)) * (share / (1 - share))
  }
  return 1 - below
}

/** Whether requests in flight failed more often than those before the signal did. */
export const hasNewErrors = ({ before, errored, inFlight }: Rollout): boolean => {
  if (errored === 0) return false
  if (before.errored === 0) return true
  return chance(errored, inFlight, Math.min(0.999, before.errored / total(before))) < significance
}

export const howItEnded = ({ exit }: Rollout): string =>
  exit.signal === null ? `with exit code ${exit.code}` : `by ${exit.signal}`

/** What is counted, in the number that fits. */
export const nounOf = ({ traffic }: Rollout): string => (traffic === "sessions" ? "WebSocket session" : "request")

export const were = (count: number): string => (count === 1 ? "was" : "were")

/** "19 of 23 requests in flight were cut". */
export const ofInFlight = (rollout: Rollout, count: number, what: string): string =>
  `${Format.integer(count)} of ${Format.counted(rollout.inFlight, nounOf(rollout))} in flight ${were(count)} ${what}`

export const cutText = (rollout: Rollout): string => ofInFlight(rollout, rollout.cut, "cut")

/** Where nothing was cut that was in flight at the signal. */
export const cutLateText = ({ after, signal }: Rollout): string =>
  after.cut === 0
    ? "Nothing was cut, but"
    : `${Format.counted(after.cut, "request")} that came after ${signal} ${were(after.cut)} cut, and`

/** How long the slowest request takes, as far as is known. */
export const slowestMs = ({ before, lastAnswerAfterMs }: Rollout): number | null =>
  before.slowestMs === null && lastAnswerAfterMs === null
    ? null
    : Math.max(before.slowestMs ?? 0, lastAnswerAfterMs ?? 0)

/** It lost nothing and ended. */
export const isClean = ({ after, cut, errored, exit, short }: Rollout): boolean =>
  cut + errored + short.count + after.short === 0 && !exit.neededKill

/** The signal ended it, and it was not seen to do anything about that. */
export const isEndedAtOnce = (rollout: Rollout): boolean => isEndedBySignal(rollout) && !hasActed(rollout)

/** The same, but nothing that was in flight was cut. */
export const mayHaveCut = (rollout: Rollout): boolean =>
  rollout.inFlight > 0 &&
  rollout.cut === 0 &&
  isEndedAtOnce(rollout) &&
  rollout.disposition !== "default" &&
  !isDoneInFront(rollout)

/** A server that answers sooner than that may be done by the time of the next look at it. */
const provableMs = 250

export const isProvable = (leastMs: number | null): boolean => leastMs !== null && leastMs >= provableMs

/** Whether it is not known which message of a session ends an answer, or none does: another try shows no more. */
export const areRepliesUnclear = ({ sessions }: Rollout): boolean =>
  sessions !== null && (sessions.unasked > 0 || sessions.replies === 0)

/**
 * Whether nothing shows that the server had anything in hand when it came to see to the signal. On a machine that kept it from
 * running until all was due it finds nothing that it could do wrong, and a server that drains looks like one that does not.
 */
export const isUnproved = (rollout: Rollout): boolean => {
  const { before, sessions, traffic, waitedFor } = rollout
  if (traffic !== "requests" && sessions === null) return false
  if (!isClean(rollout) || (sessions?.lostMessages ?? 0) > 0 || isDoneInFront(rollout)) return false
  if (sessions !== null && (sessions.pending === 0 || areRepliesUnclear(rollout))) return true
  const leastMs = sessions === null ? before.quickestMs : sessions.quickestReplyMs
  return isProvable(leastMs) && waitedFor === 0
}

/** The slack of a look and of a turn of the server. */
const promptMs = 50

/** The turns of a process come later than that only where others want them too: those of the server may have as well. */
export const wasHeldUp = ({ heldUpMs }: Rollout): boolean => heldUpMs > promptMs

/** A look by other programs, which is slow, holds ebb up by itself. */
const tooBusyMs = (): number => (CurrentSystem.current().isSlow ? 2000 : 150)

/** The machine stood still for so long that when things happened says little of the server. */
export const wasTooBusy = ({ heldUpMs }: Rollout): boolean => heldUpMs > tooBusyMs()

const stoodStillMs = 1000

/**
 * The machine stood still for so long that even one that cuts could have answered all it had, and nothing shows that the server
 * had something in hand when it saw to the signal. Of one that answers fast that is not asked otherwise.
 */
export const stoodStill = ({ heldUpMs, waitedFor }: Rollout): boolean =>
  waitedFor === 0 && heldUpMs > Math.max(stoodStillMs, tooBusyMs())

/** Whether a reason that follows from when things happened may be the machine's doing. */
export const isDoubtful = (rollout: Rollout): boolean =>
  wasTooBusy(rollout) || (wentOnForMs(rollout) > wentOnMinMs && !wentOn(rollout))

/**
 * Whether no kept connection is known to have been in use when the server came to see to the signal, as on a busy machine: it did
 * so later than its requests take, and closed what was idle by then.
 */
export const wasUnused = (rollout: Rollout): boolean => {
  const { before, exit, inFlight, kept, listenerClosedForMs, waitedFor } = rollout
  if (kept === null || !isClean(rollout) || before.quickestMs === null || waitedFor > 0) return false
  const isLate = inFlight === 0 || exit.afterMs > before.quickestMs + promptMs || wasHeldUp(rollout)
  return kept.answeredAfter + kept.saidClose + kept.resets === 0 && isLate && listenerClosedForMs < promptMs
}
