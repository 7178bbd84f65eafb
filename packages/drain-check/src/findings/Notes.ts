import * as Format from "@ebb/text/Format"
import type { Rollout } from "../CheckReport.ts"
import { lengthsMin } from "../ShortAnswer.ts"
import { type Facts, isDoneInFront, slowMs, total, wasTooBusy, were } from "./Facts.ts"
import { closeConnections, goodbye, idle, sayGoodbye } from "./Remedies.ts"
import type { Row } from "./Row.ts"

/** From its last answer to its end; an error is one. */
const tailMs = ({ exit, lastOfAnyAfterMs }: Rollout): number => exit.afterMs - Math.max(0, lastOfAnyAfterMs ?? 0)

const commonest = ({ statuses }: Rollout["before"]): string => {
  const among = Object.entries(statuses).filter(([status]) => Number(status) >= 400)
  const [first] = among.toSorted(([, a], [, b]) => b - a)
  return first === undefined ? "without an answer" : `with status ${first[0]}`
}

/** The listener was open for so long that it was meant. */
const listened = ({ listenedUntilMs }: Rollout): string =>
  listenedUntilMs !== null && listenedUntilMs > slowMs
    ? `; it listened for the first ${Format.duration(listenedUntilMs)} after the signal`
    : ""

/** Of what was seen late so much may be the machine's doing. */
const isSlow = (ms: number, rollout: Rollout): boolean => ms > slowMs + (wasTooBusy(rollout) ? rollout.heldUpMs : 0)

/** Connections that are open hold it up. */
const isSlowWithConnections = (kept: Rollout, { graceful }: Facts): boolean =>
  !kept.exit.neededKill && kept.cut === 0 && isSlow(tailMs(kept) - Math.max(0, tailMs(graceful)), kept)

/** What is worth knowing and no reason to fail. */
export const notes: ReadonlyArray<Row> = [
  {
    code: "kept-in-use",
    kind: "note",
    of: "kept",
    when: (rollout, facts) => {
      const { exit, kept } = rollout
      if (kept === null || exit.neededKill || isSlowWithConnections(rollout, facts)) return false
      return kept.answeredAfter > 0 && kept.saidClose === 0 && exit.afterMs > facts.settings.lingerMs
    },
    says: (rollout, { settings }) => {
      const { exit, kept, signal } = rollout
      const answered = Format.counted(kept?.answeredAfter ?? 0, "request")
      return (
        `After ${signal} it answered ${answered} more over kept connections, never with ${goodbye(rollout)}, and ended ` +
        `${Format.duration(exit.afterMs)} after ${signal}; requests came for ${Format.span(settings.lingerMs)}.`
      )
    },
    remedy: (rollout) =>
      `If it ends only when its connections are no longer used, a proxy that goes on using them keeps it from ending; a longer --linger shows whether it does. If so, ${sayGoodbye(rollout)} once the signal has come.`
  },
  {
    code: "kept-resets",
    kind: "note",
    of: "kept",
    when: ({ cut, exit, kept }) => (kept?.resets ?? 0) > 0 && cut === 0 && !exit.neededKill,
    says: ({ kept }) =>
      `${Format.counted(kept?.resets ?? 0, "request")} met a kept connection just as the server closed it, before the server had read any of ` +
      `${kept?.resets === 1 ? "it" : "them"}. Even so, a proxy does not send a POST again.`,
    remedy: (rollout) => `Once the signal has come, ${sayGoodbye(rollout)}: then the client closes first.`
  },
  {
    code: "resets-idle-connections",
    kind: "note",
    of: "kept",
    when: ({ idleConnections }) => idleConnections.reset > 0,
    says: ({ idleConnections: { reset } }) =>
      `${Format.counted(reset, "idle connection")} ${were(reset)} reset rather than closed.`
  },
  {
    code: "slow-with-connections",
    kind: "note",
    of: "kept",
    when: isSlowWithConnections,
    says: (rollout, { graceful }) =>
      `With kept connections open it took ${Format.duration(rollout.exit.afterMs)} to end, ${Format.duration(tailMs(rollout))} of that after its last answer; without them it took ${Format.duration(graceful.exit.afterMs)}.`,
    remedy: closeConnections,
    snippet: idle
  },
  {
    code: "slow-to-end",
    kind: "note",
    of: "graceful",
    when: (rollout) => !rollout.exit.neededKill && rollout.cut === 0 && isSlow(tailMs(rollout), rollout),
    says: (rollout) => `It ended ${Format.duration(tailMs(rollout))} after its last answer${listened(rollout)}.`,
    remedy: () =>
      "The grace period must cover that too. If you did not intend it, something keeps the process alive: a timer, a pool, a worker."
  },
  {
    code: "slow-when-idle",
    kind: "note",
    of: "idle",
    when: (rollout) => !rollout.exit.neededKill && isSlow(rollout.exit.afterMs, rollout),
    says: (rollout) =>
      `With nothing under way it took ${Format.duration(rollout.exit.afterMs)} to end${listened(rollout)}.`,
    remedy: () => "Every rollout and every scale-down waits that long. Keep the delay only if a router needs it."
  },
  {
    code: "leaves-children",
    kind: "note",
    of: "graceful",
    when: (rollout) => rollout.childrenLeft > 0 && !rollout.exit.neededKill && !isDoneInFront(rollout),
    says: ({ childrenLeft }) =>
      `${childrenLeft === 1 ? "1 child process" : `${Format.integer(childrenLeft)} child processes`} outlived the first process; a container would kill ${childrenLeft === 1 ? "it" : "them"} at once.`,
    remedy: () => "End the children first, and wait for them."
  },
  {
    code: "fails-before",
    kind: "note",
    of: "graceful",
    when: ({ before }) => before.errored + before.lost > 0,
    says: ({ before, signal }) =>
      `${Format.integer(before.errored + before.lost)} of ${Format.counted(total(before), "request")} had already failed before ${signal}, most of them ${commonest(before)}.`
  },
  {
    code: "ends-unknown",
    kind: "note",
    of: "graceful",
    when: ({ endsUnknown, short }) => endsUnknown > 0 && short.count === 0,
    says: ({ before, endsUnknown, signal }) => {
      const why =
        before.answered < lengthsMin
          ? `too few ended before ${signal} to show how a whole one ends`
          : "those before it had no last line, JSON, </html> or length in common"
      return `Nothing tells whether ${Format.counted(endsUnknown, "answer")} after ${signal} ${were(endsUnknown)} whole: ${why}, so half an answer would go unnoticed.`
    },
    remedy: () => "Say how a whole one ends with --expect, for example --expect '[DONE]'."
  },
  {
    code: "other-keys",
    kind: "note",
    of: "either",
    when: ({ otherKeys }) => otherKeys.count > 0,
    says: ({ otherKeys: { count, got, usual }, signal }) =>
      `${Format.counted(count, "answer")} after ${signal} lacked keys that all answers before had (${usual}): the first has ${got === "" ? "none" : got}.`,
    remedy: () => "See whether that is an error. To tell, name words that every right answer contains: --expect TEXT."
  },
  {
    code: "refuses-at-once",
    kind: "note",
    of: "graceful",
    when: (rollout, { settings }) => rollout.after.refused > 0 && !settings.mustServeLinger && !rollout.exit.neededKill,
    says: ({ after, signal }) =>
      `${Format.counted(after.refused, "connection")} ${were(after.refused)} refused after ${signal}.`,
    remedy: () =>
      "That costs nothing if the platform stops sending first. Behind a router that learns of the end late, keep serving for a while; --linger 5s checks that."
  }
]
