import * as Format from "@ebb/text/Format"
import {
  areEndless,
  cutText,
  endedWell,
  type Facts,
  hasActed,
  hasNewErrors,
  isEndedBySignal,
  isShielded,
  nounOf,
  ofInFlight,
  slowestMs,
  wasUnused,
  wentOn
} from "./Facts.ts"
import type { Rollout } from "../CheckReport.ts"
import type { Row } from "./Row.ts"
import type { Snippet } from "./Servers.ts"

const drain = ({ server }: Facts): Snippet | null => server?.drain ?? null
const idle = ({ server }: Facts): Snippet | null => server?.idle ?? null

const isShell = (program: string): boolean => /^(ash|bash|busybox|dash|ksh|sh|zsh)$/u.test(program)

/** The kernel keeps signals without a handler from the first process of a container. */
const asPid1 = ({ disposition, signal }: Rollout): string =>
  disposition === "default"
    ? ` It has no ${signal} handler; as the first process of a container it would not get the signal at all, and be killed late.`
    : ""

const endsBy = ({ exit, signal }: Rollout): string =>
  `the process ended ${Format.duration(exit.afterMs)} after ${signal}`

const howItEnded = ({ exit }: Rollout): string =>
  exit.signal === null ? `with exit code ${exit.code}` : `by ${exit.signal}`

/** Requests that were lost while the process lived, for no reason of those that have rows of their own. */
const isCutAlive = (rollout: Rollout): boolean =>
  rollout.cut > 0 && !rollout.exit.neededKill && !isShielded(rollout) && rollout.gaveUpAfterMs === null

const lostAtLimit = ({ cut, errored, short }: Rollout): number => cut + errored + short.count

const limitText = (rollout: Rollout): string => {
  const { cut, errored, gaveUpAfterMs, inFlight, short } = rollout
  const how = [
    ...(cut > 0 ? [`${Format.integer(cut)} cut`] : []),
    ...(errored > 0 ? [`${Format.integer(errored)} answered with an error`] : []),
    ...(short.count > 0 ? [`${Format.integer(short.count)} ended half-way`] : [])
  ]
  const at = Format.duration(gaveUpAfterMs ?? 0)
  return `${Format.integer(lostAtLimit(rollout))} of ${Format.counted(inFlight, nounOf(rollout))} in flight failed ${at} after ${rollout.signal}, all at that time (${how.join(", ")}): the server waits that long and then gives up.`
}

const mustHold = (rollout: Rollout, { settings }: Facts): string => {
  const slowest = slowestMs(rollout)
  const request = slowest === null ? "its slowest request" : `its slowest request (${Format.duration(slowest)})`
  const limit = Format.duration(rollout.gaveUpAfterMs ?? 0)
  return `What must hold: ${request} < the server's own limit (${limit}) < the grace period (${Format.span(settings.graceMs)}).`
}

const killedLead = ({ signal }: Rollout, { settings }: Facts): string =>
  `It was still there ${Format.span(settings.graceMs)} after ${signal} and had to be killed`

const halfText = (rollout: Rollout, { settings }: Facts): string => {
  const { count, usual, why } = rollout.short
  const lead = `${ofInFlight(rollout, count, "answered in half, with an end as if whole")}`
  const had = `the answers before ${rollout.signal} had`
  if (why === "expected") return `${lead}: without ${JSON.stringify(settings.expected)}.`
  if (why === "last line") return `${lead}: without the last line that ${had}, ${usual}.`
  if (why === "JSON") return `${lead}: the body is no JSON, as ${had}.`
  if (why === "HTML") return `${lead}: without the </html> that ${had}.`
  if (why === "trailers") return `${lead}: without the trailers that ${had} (${usual}).`
  return `${lead}: ${had} ${usual}.`
}

/** Reasons not to pass, in the order in which they are told. */
export const problems: ReadonlyArray<Row> = [
  {
    code: "signal-not-passed-on",
    kind: "problem",
    of: "graceful",
    when: isShielded,
    says: (rollout, { firstProgram }) =>
      `${rollout.signal} never reached the server${rollout.cut > 0 ? `: ${cutText(rollout)}` : ""}. It went to ${firstProgram}, the first process, which passes no ` +
      "signal on.",
    remedy: (_, { firstProgram }) =>
      isShell(firstProgram)
        ? "Let the server take its place: exec in front of the last command of the shell."
        : "Start the server itself."
  },
  {
    code: "no-handler",
    kind: "problem",
    of: "either",
    when: (rollout) =>
      isEndedBySignal(rollout) && rollout.disposition === "default" && !hasActed(rollout) && !isShielded(rollout),
    says: (rollout) =>
      rollout.cut > 0
        ? `${cutText(rollout)}: ${endsBy(rollout)}.${asPid1(rollout)}`
        : `${rollout.signal} ended the process within ${Format.duration(rollout.exit.afterMs)}; a slower request would have been cut.${asPid1(rollout)}`,
    remedy: ({ signal }) => `Handle ${signal}: close the listener, answer what is in flight, end.`,
    snippet: drain
  },
  {
    code: "ended-by-signal",
    kind: "problem",
    of: "either",
    when: (rollout) =>
      isCutAlive(rollout) && isEndedBySignal(rollout) && rollout.disposition !== "default" && !hasActed(rollout),
    says: (rollout) =>
      `${cutText(rollout)}: ${rollout.signal} ended the process after ${Format.duration(rollout.exit.afterMs)}. Either nothing in ` +
      "it handles the signal, or what does ends it without waiting.",
    remedy: ({ signal }) => `Handle ${signal}: close the listener, answer what is in flight, end.`,
    snippet: drain
  },
  {
    code: "would-cut",
    kind: "problem",
    of: "graceful",
    when: (rollout) =>
      rollout.inFlight > 0 &&
      rollout.cut === 0 &&
      isEndedBySignal(rollout) &&
      rollout.disposition !== "default" &&
      !hasActed(rollout) &&
      !isShielded(rollout),
    says: (rollout) =>
      `${rollout.signal} ended the process within ${Format.duration(rollout.exit.afterMs)}, before or after its answers were out: they were so ` +
      "fast that nothing is proved. A slower request may be cut.",
    remedy: () => "Choose a slower path with --path. If nothing handles the signal yet, handle it.",
    snippet: drain
  },
  {
    code: "own-limit",
    kind: "problem",
    of: "either",
    when: (rollout) => rollout.gaveUpAfterMs !== null && !areEndless(rollout) && !isShielded(rollout),
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
    when: (rollout) => areEndless(rollout) && !isShielded(rollout),
    says: (rollout, { settings }) => {
      const end = rollout.exit.neededKill
        ? `still flowing ${Format.span(settings.graceMs)} after ${rollout.signal}, when the process was killed`
        : `cut while they flowed, ${Format.duration(rollout.firstCutAfterMs ?? 0)} after ${rollout.signal}`
      return `${ofInFlight(rollout, rollout.cut, end)}. None of these streams was seen to end by itself, so no grace period is long enough.`
    },
    remedy: ({ signal }) =>
      `End each stream in order on ${signal}, after its last event: callers connect again, to another runner. If they do end by themselves, see that with a slower --rate and a longer --grace.`
  },
  {
    code: "ends-early",
    kind: "problem",
    of: "either",
    when: (rollout) => isCutAlive(rollout) && !areEndless(rollout) && !isEndedBySignal(rollout) && !wentOn(rollout),
    says: (rollout) =>
      `${cutText(rollout)}: ${endsBy(rollout)} ${howItEnded(rollout)}, without waiting for ${rollout.cut === 1 ? "it" : "them"}.`,
    remedy: () => "End only when the requests in flight are answered.",
    snippet: drain
  },
  {
    code: "cuts-sessions",
    kind: "problem",
    of: "graceful",
    when: ({ exit, sessions }) => sessions !== null && sessions.cut > 0 && !exit.neededKill,
    says: (rollout) => `${cutText(rollout)}: the connection broke without a close frame (1006 for the client).`,
    remedy: ({ signal }) => `On ${signal} close each session with code 1001 or 1012, once its messages are answered.`
  },
  {
    code: "cuts-connections",
    kind: "problem",
    of: "either",
    when: (rollout) =>
      isCutAlive(rollout) &&
      !areEndless(rollout) &&
      rollout.sessions === null &&
      (wentOn(rollout) || (isEndedBySignal(rollout) && hasActed(rollout))),
    says: (rollout) => {
      const lastMs = rollout.lastCutAfterMs ?? 0
      const later = wentOn(rollout) ? `, and ended ${Format.duration(rollout.exit.afterMs - lastMs)} later` : ""
      return `${cutText(rollout)}: the server closed their connections within ${Format.duration(lastMs)} of ${rollout.signal}${later}.`
    },
    remedy: () => "Close the listener and the idle connections, and wait for the requests in the others.",
    snippet: drain
  },
  {
    code: "loses-messages",
    kind: "problem",
    of: "graceful",
    when: ({ sessions }) => sessions !== null && sessions.lostMessages > 0 && sessions.closed > 0,
    says: ({ sessions, signal }) =>
      `${Format.counted(sessions?.lostMessages ?? 0, "message")} that ${sessions?.lostMessages === 1 ? "was" : "were"} sent before ${signal} got no reply: their sessions were ` +
      "closed first.",
    remedy: () => "Answer the message at hand before a session is closed."
  },
  {
    code: "half-answers",
    kind: "problem",
    of: "either",
    when: ({ gaveUpAfterMs, short }) => short.count > 0 && gaveUpAfterMs === null,
    says: halfText,
    remedy: ({ signal }) =>
      `Let each answer finish after ${signal}. To be strict about it: --expect TEXT, with words that every whole answer ends with.`
  },
  {
    code: "errors-while-draining",
    kind: "problem",
    of: "either",
    when: (rollout) => hasNewErrors(rollout) && rollout.gaveUpAfterMs === null,
    says: (rollout) => {
      const { before } = rollout
      const earlier =
        before.errored === 0
          ? "and none before"
          : `but ${Format.integer(before.errored)} of ${Format.integer(before.answered + before.errored)} before`
      return `${ofInFlight(rollout, rollout.errored, "answered with an error")} after ${rollout.signal}, ${earlier}.`
    },
    remedy: () => "Close what requests need (pools, queues, workers) only when the last of them is answered."
  },
  {
    code: "cuts-late-requests",
    kind: "problem",
    of: "either",
    when: (rollout) => rollout.after.cut > 0 && rollout.cut === 0 && !rollout.exit.neededKill && !isShielded(rollout),
    says: ({ after, signal }) =>
      `It went on accepting after ${signal}, and cut ${Format.counted(after.cut, "request")} that came then.`,
    remedy: () => "Close the listener first, and then wait for the requests."
  },
  {
    code: "fails-while-lingering",
    kind: "problem",
    of: "graceful",
    when: ({ failedWithinLinger }, { settings }) => settings.mustServeLinger && failedWithinLinger > 0,
    says: ({ after, failedWithinLinger, signal }, { settings }) => {
      const slices = after.slices.filter(({ cut, errored, refused }) => cut + errored + refused > 0)
      const when = slices.map(
        ({ cut, errored, fromMs, refused }) => `${Format.integer(cut + errored + refused)} from ${Format.span(fromMs)}`
      )
      return `${Format.counted(failedWithinLinger, "request")} failed that came within ${Format.span(settings.lingerMs)} of ${signal}, while a router may still send (${when.join(", ")}).`
    },
    remedy: (_, { settings }) => `Go on serving for ${Format.span(settings.lingerMs)} before the listener is closed.`
  },
  {
    code: "ignores-signal",
    kind: "problem",
    of: "either",
    when: (rollout) =>
      rollout.exit.neededKill && rollout.listenerClosedAfterMs === null && !areEndless(rollout) && !isShielded(rollout),
    says: (rollout, facts) => {
      const did = rollout.disposition === "ignored" ? "it ignores the signal" : "its listener was open to the end"
      return `${killedLead(rollout, facts)}: ${did}${rollout.cut > 0 ? `; ${cutText(rollout)}` : ""}.`
    },
    remedy: ({ signal }) => `Close the listener on ${signal}, and end when the requests are answered.`,
    snippet: drain
  },
  {
    code: "holds-sessions",
    kind: "problem",
    of: "graceful",
    when: (rollout) => rollout.exit.neededKill && rollout.sessions !== null && rollout.endedOnceClosed,
    says: (rollout, facts) =>
      `${killedLead(rollout, facts)}: it waited for ${Format.counted(rollout.sessions?.open ?? 0, "WebSocket session")}, and ended as soon as their clients closed them.`,
    remedy: ({ signal }) => `On ${signal} close each session with code 1001 or 1012: no listener's close does.`
  },
  {
    code: "grace-too-short",
    kind: "problem",
    of: "either",
    when: (rollout) =>
      rollout.exit.neededKill &&
      rollout.cut > 0 &&
      rollout.listenerClosedAfterMs !== null &&
      rollout.sessions === null &&
      !areEndless(rollout) &&
      !isShielded(rollout),
    says: (rollout, facts) => {
      const slowest = slowestMs(rollout)
      const took =
        slowest === null ? "none of them was answered" : `the slowest answer took ${Format.duration(slowest)}`
      return `${killedLead(rollout, facts)}: ${cutText(rollout)}; ${took}.`
    },
    remedy: () =>
      "If its requests take longer than the grace period, give it more with --grace, and on the platform too."
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
    remedy: () => "From the signal on close idle connections, and answer the others with Connection: close.",
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
      !isShielded(rollout),
    says: (rollout, facts) =>
      `${killedLead(rollout, facts)}, though its listener was closed and ${rollout.after.cut === 0 ? "its requests were answered" : `all requests were answered but ${Format.integer(rollout.after.cut)} that came after ${rollout.signal}`}.`,
    remedy: () => "Something keeps the process alive: a timer, a pool of connections, a worker. Close it, or exit.",
    snippet: drain
  },
  {
    code: "does-not-end-idle",
    kind: "problem",
    of: "idle",
    when: (rollout, { graceful }) => rollout.exit.neededKill && !graceful.exit.neededKill && !isShielded(rollout),
    says: (rollout, facts) =>
      `With nothing under way it was still there ${Format.span(facts.settings.graceMs)} after ${rollout.signal} and had to be killed; with requests it ended after ${Format.duration(facts.graceful.exit.afterMs)}.`,
    remedy: () =>
      "A fixed delay at the end runs whether there is anything to wait for or not: end when the last request is answered."
  },
  {
    code: "kept-unproved",
    kind: "problem",
    of: "kept",
    when: (rollout, { graceful }) => wasUnused(rollout) && !graceful.exit.neededKill && graceful.cut === 0,
    says: ({ exit, signal }) =>
      `No kept connection was in use when the server came to see to ${signal}, within ${Format.duration(exit.afterMs)}: nothing is proved of those.`,
    remedy: () => "Choose a slower path with --path, or check on a machine that is less busy."
  },
  {
    code: "exit-code",
    kind: "problem",
    of: "graceful",
    when: (rollout) => !rollout.exit.neededKill && !endedWell(rollout) && !isShielded(rollout),
    says: (rollout) => `It ended ${howItEnded(rollout)} after ${rollout.signal}, which reads as a crash.`,
    remedy: () => "Exit with 0, or with 143."
  }
]
