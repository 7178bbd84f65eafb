import * as Format from "@ebb/text/Format"
import type { Rollout } from "../CheckReport.ts"
import { type Facts, isShielded, slowMs, total, were } from "./Facts.ts"
import type { Row } from "./Row.ts"

/** From its last answer to its end. */
const tailMs = ({ after, exit, lastAnswerAfterMs }: Rollout): number =>
  exit.afterMs - Math.max(0, lastAnswerAfterMs ?? 0, after.lastAnswerAfterMs ?? 0)

const commonest = ({ statuses }: Rollout["before"]): string => {
  const among = Object.entries(statuses).filter(([status]) => Number(status) >= 400)
  const [first] = among.toSorted(([, a], [, b]) => b - a)
  return first === undefined ? "without an answer" : `with status ${first[0]}`
}

/** The listener was open for so long that it was meant. */
const listened = ({ listenedUntilMs }: Rollout): string =>
  listenedUntilMs !== null && listenedUntilMs > slowMs
    ? `; its listener was open for ${Format.duration(listenedUntilMs)} of that`
    : ""

/** Connections that are open hold it up. */
const isSlowWithConnections = (kept: Rollout, { graceful }: Facts): boolean =>
  !kept.exit.neededKill && kept.cut === 0 && tailMs(kept) > slowMs && tailMs(kept) > tailMs(graceful) + slowMs

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
    says: ({ kept, signal }, { settings }) =>
      `It went on answering over kept connections for the ${Format.span(settings.lingerMs)} in which requests came after ${signal} (${Format.integer(kept?.answeredAfter ?? 0)}), and told nobody to close ` +
      "them: a proxy that goes on using them holds it up for as long.",
    remedy: () => "Answer with Connection: close from the signal on.",
    snippet: ({ server }) => server?.idle ?? null
  },
  {
    code: "kept-resets",
    kind: "note",
    of: "kept",
    when: ({ cut, exit, kept }) => (kept?.resets ?? 0) > 0 && cut === 0 && !exit.neededKill,
    says: ({ kept }) =>
      `${Format.counted(kept?.resets ?? 0, "request")} met a kept connection that the server was closing just then. None was begun, but a proxy does not ` +
      "send a POST again.",
    remedy: () => "Answer with Connection: close from the signal on: the client then closes first."
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
      `With kept connections open it took ${Format.duration(rollout.exit.afterMs)} to end, ${Format.duration(tailMs(rollout))} of them after its last answer; without such it took ${Format.duration(graceful.exit.afterMs)}.`,
    remedy: () => "From the signal on close idle connections, and answer the others with Connection: close.",
    snippet: ({ server }) => server?.idle ?? null
  },
  {
    code: "slow-to-end",
    kind: "note",
    of: "graceful",
    when: (rollout) => !rollout.exit.neededKill && rollout.cut === 0 && tailMs(rollout) > slowMs,
    says: (rollout) => `It ended ${Format.duration(tailMs(rollout))} after its last answer${listened(rollout)}.`,
    remedy: () =>
      "A grace period has to be long enough for that too. If it is not meant, something keeps the process alive: a timer, a pool, a worker."
  },
  {
    code: "slow-when-idle",
    kind: "note",
    of: "idle",
    when: ({ exit }) => !exit.neededKill && exit.afterMs > slowMs,
    says: (rollout) =>
      `With nothing under way it took ${Format.duration(rollout.exit.afterMs)} to end${listened(rollout)}.`,
    remedy: () => "Every rollout and every scale-down waits for that, unless it is meant as a delay for a router."
  },
  {
    code: "leaves-children",
    kind: "note",
    of: "graceful",
    when: (rollout) => rollout.childrenLeft > 0 && !rollout.exit.neededKill && !isShielded(rollout),
    says: ({ childrenLeft }) =>
      `${childrenLeft === 1 ? "1 child process" : `${Format.integer(childrenLeft)} child processes`} lived on after the first process had ended; a container kills such at once.`,
    remedy: () => "End and await them first."
  },
  {
    code: "fails-before",
    kind: "note",
    of: "graceful",
    when: ({ before }) => before.errored + before.lost > 0,
    says: ({ before, signal }) =>
      `${Format.integer(before.errored + before.lost)} of ${Format.counted(total(before), "request")} failed before ${signal} already, ${commonest(before)}.`
  },
  {
    code: "ends-unknown",
    kind: "note",
    of: "graceful",
    when: ({ answered, before }, { hadStreams, settings }) =>
      hadStreams && settings.expected === null && answered > 0 && before.answered < 3,
    says: ({ signal }) =>
      `Too few streams ended before ${signal} to know the end of a whole one: half of one would not be noticed.`,
    remedy: () => "Say how a whole one ends with --expect, for instance --expect '[DONE]'."
  },
  {
    code: "refuses-at-once",
    kind: "note",
    of: "graceful",
    when: (rollout, { settings }) => rollout.after.refused > 0 && !settings.mustServeLinger && !rollout.exit.neededKill,
    says: ({ after, signal }) =>
      `${Format.counted(after.refused, "connection")} ${were(after.refused)} refused after ${signal}.`,
    remedy: () =>
      "That costs nothing where the platform stops sending first. Behind a router that hears of it late, go on serving for a while; --linger 5s checks it."
  }
]
