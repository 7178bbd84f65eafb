import * as Format from "@ebb/text/Format"
import {
  areEndless,
  codeOf,
  cutOneByOne,
  cutLateText,
  cutText,
  endedWell,
  type Facts,
  hasActed,
  hasNewErrors,
  howItEnded,
  isEndedAtOnce,
  isEndedBySignal,
  isDoneInFront,
  isUnproved,
  mayHaveCut,
  nounOf,
  ofInFlight,
  slowestMs,
  wasUnused,
  wentOn
} from "./Facts.ts"
import type { Rollout } from "../CheckReport.ts"
import * as InFront from "./InFront.ts"
import { closeConnections, drain, idle } from "./Remedies.ts"
import type { Row } from "./Row.ts"
import * as Short from "./Short.ts"
import * as Unproved from "./Unproved.ts"

/** The kernel keeps signals without a handler from the first process of a container. */
const asPid1 = ({ disposition, signal }: Rollout): string =>
  disposition === "default"
    ? ` It has no ${signal} handler: as the first process of a container it would never get the signal, and would be killed when the grace period is over.`
    : ""

const endsBy = ({ exit, signal }: Rollout): string =>
  `the process ended ${Format.duration(exit.afterMs)} after ${signal}`

/** Requests that were lost while the process lived, for no reason of those that have rows of their own. */
const isCutAlive = (rollout: Rollout): boolean =>
  rollout.cut > 0 && !rollout.exit.neededKill && !isDoneInFront(rollout) && rollout.gaveUpAfterMs === null

const oneByOneText = (rollout: Rollout): string => {
  const [first, last] = [rollout.firstCutAfterMs ?? 0, rollout.lastCutAfterMs ?? 0].map(Format.duration)
  return `${cutText(rollout)}: their connections closed one after another, ${first} to ${last} after ${rollout.signal}; ${endsBy(rollout)}.`
}

const lostAtLimit = ({ cut, errored, short }: Rollout): number => cut + errored + short.count

const limitText = (rollout: Rollout): string => {
  const { cut, errored, gaveUpAfterMs, inFlight, short } = rollout
  const how = [
    ...(cut > 0 ? [`${Format.integer(cut)} cut`] : []),
    ...(errored > 0 ? [`${Format.integer(errored)} answered with an error`] : []),
    ...(short.count > 0 ? [`${Format.integer(short.count)} ended half-way`] : [])
  ]
  const at = Format.duration(gaveUpAfterMs ?? 0)
  return `${Format.integer(lostAtLimit(rollout))} of ${Format.counted(inFlight, nounOf(rollout))} in flight failed ${at} after ${rollout.signal}, all at that time (${how.join(", ")}): the server waits that long, then gives up.`
}

const mustHold = (rollout: Rollout, { settings }: Facts): string => {
  const answeredMs = slowestMs(rollout) ?? 0
  const failedMs = rollout.oldestFailedMs ?? 0
  const slowest = failedMs > answeredMs ? `more than ${Format.duration(failedMs)}` : Format.duration(answeredMs)
  const request = `its slowest request (${slowest})`
  const limit = Format.duration(rollout.gaveUpAfterMs ?? 0)
  return `This must hold: ${request} < the server's own limit (${limit}) < the grace period (${Format.span(settings.graceMs)}).`
}

const killedLead = ({ signal }: Rollout, { settings }: Facts): string =>
  `It was still running ${Format.span(settings.graceMs)} after ${signal} and had to be killed`

/** Reasons not to pass, in the order in which they are told. */
export const problems: ReadonlyArray<Row> = [
  ...InFront.problems,
  {
    code: "no-handler",
    kind: "problem",
    of: "either",
    when: (rollout) => isEndedAtOnce(rollout) && rollout.disposition === "default" && !isDoneInFront(rollout),
    says: (rollout) =>
      rollout.cut > 0
        ? `${cutText(rollout)}: ${endsBy(rollout)}.${asPid1(rollout)}`
        : `${rollout.signal} ended the process within ${Format.duration(rollout.exit.afterMs)}; a slower request would have been cut.${asPid1(rollout)}`,
    remedy: ({ signal }) => `Handle ${signal}: close the listener, answer what is in flight, then exit.`,
    snippet: drain
  },
  {
    code: "ended-by-signal",
    kind: "problem",
    of: "either",
    isTimed: true,
    when: (rollout) =>
      isCutAlive(rollout) && isEndedAtOnce(rollout) && rollout.disposition !== "default" && !wentOn(rollout),
    says: (rollout) =>
      `${cutText(rollout)}: ${rollout.signal} ended the process after ${Format.duration(rollout.exit.afterMs)}. Either nothing in ` +
      "it handles the signal, or its handler exits without waiting.",
    remedy: ({ signal }) => `Handle ${signal}: close the listener, answer what is in flight, then exit.`,
    snippet: drain
  },
  {
    code: "would-cut",
    kind: "problem",
    of: "graceful",
    when: mayHaveCut,
    says: (rollout) =>
      `${rollout.signal} ended the process within ${Format.duration(rollout.exit.afterMs)}. ${cutLateText(rollout)} nothing shows that it waited for its ` +
      "answers: a slower request may be cut.",
    remedy: () => "Choose a slower path with --path. If nothing handles the signal yet, handle it.",
    snippet: drain
  },
  {
    code: "own-limit",
    kind: "problem",
    of: "either",
    isTimed: true,
    when: (rollout) => rollout.gaveUpAfterMs !== null && !areEndless(rollout) && !isDoneInFront(rollout),
    says: limitText,
    remedy: (rollout, facts) => {
      const { server } = facts
      const limit = server?.limit ?? null
      const setting = limit === null ? "" : `In ${server?.name} that is ${limit}. `
      return `${setting}${mustHold(rollout, facts)}`
    }
  },
  {
    code: "endless-streams",
    kind: "problem",
    of: "either",
    when: (rollout) => areEndless(rollout) && !isDoneInFront(rollout),
    says: (rollout, { settings }) => {
      const end = rollout.exit.neededKill
        ? `still flowing ${Format.span(settings.graceMs)} after ${rollout.signal}, when the process was killed`
        : `cut while they flowed, ${Format.duration(rollout.firstCutAfterMs ?? 0)} after ${rollout.signal}`
      return `${ofInFlight(rollout, rollout.cut, end)}. None of these streams was seen to end by itself, so no grace period is long enough.`
    },
    remedy: ({ signal }) =>
      `End each stream in order on ${signal}, after its last event: callers then connect to another runner. If the streams do end by themselves, show it with a lower --rate and a longer --grace.`
  },
  {
    code: "ends-early",
    kind: "problem",
    of: "either",
    isTimed: true,
    when: (rollout) => isCutAlive(rollout) && !areEndless(rollout) && !isEndedBySignal(rollout) && !wentOn(rollout),
    says: (rollout) =>
      `${cutText(rollout)}: ${endsBy(rollout)} ${howItEnded(rollout)}, without waiting for ${rollout.cut === 1 ? "it" : "them"}.`,
    remedy: () => "Exit only when the requests in flight have been answered.",
    snippet: drain
  },
  {
    code: "cuts-sessions",
    kind: "problem",
    of: "graceful",
    when: ({ exit, sessions }) => sessions !== null && sessions.cut > 0 && !exit.neededKill,
    says: (rollout) => `${cutText(rollout)}: the connection broke without a close frame (clients see code 1006).`,
    remedy: ({ signal }) => `On ${signal} close each session with code 1001 or 1012, once its messages are answered.`
  },
  {
    code: "cuts-connections",
    kind: "problem",
    of: "either",
    isTimed: true,
    when: (rollout) =>
      isCutAlive(rollout) &&
      !areEndless(rollout) &&
      rollout.sessions === null &&
      (wentOn(rollout) || (isEndedBySignal(rollout) && hasActed(rollout))),
    says: (rollout) => {
      if (cutOneByOne(rollout)) return oneByOneText(rollout)
      const lastMs = rollout.lastCutAfterMs ?? 0
      const later = wentOn(rollout) ? `, and ended ${Format.duration(rollout.exit.afterMs - lastMs)} later` : ""
      return `${cutText(rollout)}: the server closed their connections within ${Format.duration(lastMs)} of ${rollout.signal}${later}.`
    },
    remedy: () => "Close the listener and the idle connections, and let the requests on the others finish.",
    snippet: drain
  },
  {
    code: "loses-messages",
    kind: "problem",
    of: "graceful",
    when: ({ sessions }) => sessions !== null && sessions.lostMessages > 0 && sessions.closed > 0,
    says: ({ sessions, signal }) =>
      `${Format.counted(sessions?.lostMessages ?? 0, "message")} sent before ${signal} got no reply: the server closed ` +
      `${sessions?.lostMessages === 1 ? "its session" : "their sessions"} first.`,
    remedy: () => "Reply to the message in hand before you close its session."
  },
  {
    code: "half-answers",
    kind: "problem",
    of: "either",
    when: (rollout) => Short.isSeen(rollout) && !Short.areOthers(rollout),
    says: Short.halfText,
    remedy: ({ signal }) =>
      `After ${signal}, let each answer finish. For a strict test name words that every whole answer ends with: --expect TEXT.`
  },
  {
    code: "other-answers",
    kind: "problem",
    of: "either",
    when: (rollout) => Short.isSeen(rollout) && Short.areOthers(rollout),
    says: Short.otherText,
    remedy: ({ signal }) =>
      `After ${signal}, answer what is in flight as before. If such answers are right, name what every right one contains: --expect TEXT.`
  },
  {
    code: "errors-while-draining",
    kind: "problem",
    of: "either",
    isTimed: true,
    when: (rollout) => hasNewErrors(rollout) && rollout.gaveUpAfterMs === null,
    says: (rollout) => {
      const { before } = rollout
      const earlier =
        before.errored === 0
          ? "and none before"
          : `but ${Format.integer(before.errored)} of ${Format.integer(before.answered + before.errored)} before`
      return `${ofInFlight(rollout, rollout.errored, "answered with an error")} after ${rollout.signal}, ${earlier}.`
    },
    remedy: () => "Close what requests need (pools, queues, workers) only after the last of them is answered."
  },
  {
    code: "cuts-late-requests",
    kind: "problem",
    of: "either",
    isTimed: true,
    // What the signal ended at once did not go on accepting: what was cut then is in the rows of that.
    when: (rollout) =>
      rollout.after.cut > 0 &&
      rollout.cut === 0 &&
      !rollout.exit.neededKill &&
      !isDoneInFront(rollout) &&
      !isEndedAtOnce(rollout),
    says: ({ after, signal }) =>
      `It went on accepting after ${signal}, and cut ${Format.counted(after.cut, "request")} that came then.`,
    remedy: () => "Close the listener first, then wait for the requests."
  },
  {
    code: "fails-while-lingering",
    kind: "problem",
    of: "graceful",
    isTimed: true,
    when: ({ failedWithinLinger }, { settings }) => settings.mustServeLinger && failedWithinLinger > 0,
    says: ({ after, failedWithinLinger, signal }, { settings }) => {
      const slices = after.slices.filter(({ cut, errored, refused }) => cut + errored + refused > 0)
      const when = slices.map(
        ({ cut, errored, fromMs, refused }) => `${Format.integer(cut + errored + refused)} from ${Format.span(fromMs)}`
      )
      return `${Format.counted(failedWithinLinger, "request")} that came within ${Format.span(settings.lingerMs)} of ${signal} failed, while a router may still send (${when.join(", ")}).`
    },
    remedy: (_, { settings }) => `Keep serving for ${Format.span(settings.lingerMs)} before you close the listener.`
  },
  {
    code: "ignores-signal",
    kind: "problem",
    of: "either",
    when: (rollout) =>
      rollout.exit.neededKill &&
      rollout.listenerClosedAfterMs === null &&
      !areEndless(rollout) &&
      !isDoneInFront(rollout),
    says: (rollout, facts) => {
      const did = rollout.disposition === "ignored" ? "it ignores the signal" : "its listener stayed open to the end"
      const cut = rollout.cut > 0 ? `; ${cutText(rollout)}` : ""
      return `${killedLead(rollout, facts)}: ${did}${cut}.${InFront.mayHoldBack(rollout) ? ` ${InFront.heldBackText(rollout, facts)}` : ""}`
    },
    remedy: (rollout, facts) => {
      const close = "close the listener, and exit when the requests are answered."
      if (!InFront.mayHoldBack(rollout)) return `On ${rollout.signal} ${close}`
      return `${InFront.directly(facts)} If the server gets the signal: ${close}`
    },
    snippet: drain
  },
  {
    code: "holds-sessions",
    kind: "problem",
    of: "graceful",
    when: (rollout) => rollout.exit.neededKill && rollout.sessions !== null && rollout.endedOnceClosed,
    says: (rollout, facts) =>
      `${killedLead(rollout, facts)}: it waited for ${Format.counted(rollout.sessions?.open ?? 0, "WebSocket session")}, and ended as soon as their clients closed them.`,
    remedy: ({ signal }) => `On ${signal} close each session with code 1001 or 1012: closing the listener does not.`
  },
  {
    code: "grace-too-short",
    kind: "problem",
    of: "either",
    isTimed: true,
    when: (rollout) =>
      rollout.exit.neededKill &&
      rollout.cut > 0 &&
      rollout.listenerClosedAfterMs !== null &&
      rollout.sessions === null &&
      !areEndless(rollout) &&
      !isDoneInFront(rollout),
    says: (rollout, facts) => {
      const slowest = slowestMs(rollout)
      const took =
        slowest === null ? "none of them was answered" : `the slowest answer took ${Format.duration(slowest)}`
      return `${killedLead(rollout, facts)}: ${cutText(rollout)}; ${took}.`
    },
    remedy: () =>
      "If requests take longer than the grace period, make it longer: with --grace here, and on the platform too."
  },
  {
    code: "waits-for-connections",
    kind: "problem",
    of: "kept",
    when: (rollout) => rollout.exit.neededKill && rollout.endedOnceClosed,
    says: (rollout, facts) => {
      const answered = rollout.kept?.answeredAfter ?? 0
      const used = answered > 0 ? `, over which it answered ${Format.counted(answered, "request")} more` : ""
      return `${killedLead(rollout, facts)}: it waited for kept connections${used}, and ended as soon as their clients closed them.`
    },
    remedy: closeConnections,
    snippet: idle
  },
  {
    code: "does-not-end",
    kind: "problem",
    of: "either",
    when: (rollout) =>
      rollout.exit.neededKill &&
      rollout.cut === 0 &&
      rollout.listenerClosedAfterMs !== null &&
      !rollout.endedOnceClosed &&
      !isDoneInFront(rollout),
    says: (rollout, facts) =>
      `${killedLead(rollout, facts)}, though its listener was closed and ${rollout.after.cut === 0 ? "its requests were answered" : `all requests were answered but ${Format.integer(rollout.after.cut)} that came after ${rollout.signal}`}.`,
    remedy: () =>
      "Something keeps the process alive: a timer, a connection pool, a worker. Close it, or exit explicitly.",
    snippet: drain
  },
  {
    code: "does-not-end-idle",
    kind: "problem",
    of: "idle",
    when: (rollout, { graceful }) => rollout.exit.neededKill && !graceful.exit.neededKill && !isDoneInFront(rollout),
    says: (rollout, facts) =>
      `With nothing under way it was still running ${Format.span(facts.settings.graceMs)} after ${rollout.signal} and had to be killed; with requests it ended after ${Format.duration(facts.graceful.exit.afterMs)}.`,
    remedy: () => "Perhaps it waits for a fixed delay: exit as soon as the last request is answered instead."
  },
  {
    code: "kept-unproved",
    kind: "problem",
    of: "kept",
    isLast: true,
    when: wasUnused,
    says: ({ exit, signal }) =>
      `No kept connection was in use by the time the server reacted to ${signal}, within ${Format.duration(exit.afterMs)}: nothing is proved about kept connections.`,
    remedy: () => "Choose a slower path with --path, or check on a less busy machine."
  },
  {
    code: "drain-unproved",
    kind: "problem",
    of: "graceful",
    isLast: true,
    when: isUnproved,
    says: (rollout, facts) => Unproved.why(rollout, facts).text,
    remedy: (rollout, facts) => Unproved.why(rollout, facts).remedy
  },
  {
    code: "exit-code",
    kind: "problem",
    of: "each",
    when: (rollout) => !rollout.exit.neededKill && !endedWell(rollout) && !isDoneInFront(rollout),
    says: (rollout) => {
      const when = rollout.exit.afterMs < 0 ? "before" : "after"
      return `It ended ${howItEnded(rollout)} ${when} ${rollout.signal}, which looks like a crash.`
    },
    remedy: ({ signal }) => `Exit with 0, or with ${codeOf(signal)}.`
  }
]
