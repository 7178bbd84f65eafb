import * as Format from "@ebb/text/Format"
import type { Rollout } from "../CheckReport.ts"
import { type Facts, isEndedBySignal, isProvable, isDoneInFront, nounOf, total, wasHeldUp } from "./Facts.ts"
import type { Row } from "./Row.ts"

/** The status that most of the requests before the signal got that did not count as answered; null without a majority of those. */
const failing = ({ before }: Rollout): string | null => {
  if (before.errored * 2 <= total(before)) return null
  const sorted = Object.entries(before.statuses).toSorted(([, a], [, b]) => b - a)
  return sorted[0]?.[0] ?? null
}

const isFailing =
  (pattern: RegExp) =>
  (rollout: Rollout): boolean =>
    pattern.test(failing(rollout) ?? "")

const answeredWith = (rollout: Rollout, { settings }: Facts): string => {
  const { before } = rollout
  const status = failing(rollout) ?? ""
  const { method, path } = settings.request
  return (
    `${Format.integer(before.statuses[status] ?? 0)} of ${Format.counted(total(before), nounOf(rollout))} before ` +
    `${settings.signal} got status ${status}, so ${method} ${path} tests nothing`
  )
}

/** It is for the path that nothing was in flight, not for a machine that held ebb up for longer than an answer takes. */
const answersFast = (rollout: Rollout): boolean => {
  const { before, heldUpMs } = rollout
  if (before.quickestMs === null || isProvable(before.quickestMs)) return false
  return !wasHeldUp(rollout) || heldUpMs <= before.quickestMs
}

/** What was sent says nothing about the server: the check has proved nothing and fails. The first that applies is told alone. */
export const gates: ReadonlyArray<Row> = [
  {
    code: "no-answers",
    kind: "problem",
    of: "graceful",
    when: ({ before, inFlight }) => before.answered + before.errored + before.begun + inFlight === 0,
    says: (rollout, { settings }) =>
      `None of ${Format.counted(total(rollout.before), nounOf(rollout))} before ${settings.signal} got an answer: the server accepted none, or ` +
      "closed their connections without replying.",
    remedy: () =>
      "Send one request by hand and see what comes back; then describe it with --path, --method, --body and --header."
  },
  {
    code: "wants-websocket",
    kind: "problem",
    of: "graceful",
    when: isFailing(/^426$/u),
    says: (rollout, facts) => `${answeredWith(rollout, facts)}: the server wants another protocol there.`,
    remedy: () => "Open WebSocket sessions instead, with --websocket."
  },
  {
    code: "not-found",
    kind: "problem",
    of: "graceful",
    when: isFailing(/^4(04|10)$/u),
    says: (rollout, facts) => `${answeredWith(rollout, facts)}: nothing is there.`,
    remedy: () =>
      "Name a path that your callers use, with --path. If that status is the right answer, count it with --status."
  },
  {
    code: "not-allowed",
    kind: "problem",
    of: "graceful",
    when: isFailing(/^40[137]$/u),
    says: (rollout, facts) => `${answeredWith(rollout, facts)}: the server turns it away.`,
    remedy: () => "Send the credentials that your callers send: --header 'Authorization: Bearer …'."
  },
  {
    code: "still-loading",
    kind: "problem",
    of: "graceful",
    when: isFailing(/^503$/u),
    says: (rollout, facts) => `${answeredWith(rollout, facts)}. Many servers answer this while they load.`,
    remedy: () => "Wait until it has loaded, with --ready /health (any path that answers 200 only then)."
  },
  {
    code: "server-errors",
    kind: "problem",
    of: "graceful",
    when: isFailing(/^5/u),
    says: (rollout, facts) => `${answeredWith(rollout, facts)}.`,
    remedy: () => "Send what your callers send: set --path, --method, --body and --header."
  },
  {
    code: "client-errors",
    kind: "problem",
    of: "graceful",
    when: isFailing(/^4/u),
    says: (rollout, facts) => `${answeredWith(rollout, facts)}.`,
    remedy: () => "Send what your callers send: set --path, --method, --body and --header."
  },
  {
    code: "unexpected-status",
    kind: "problem",
    of: "graceful",
    when: isFailing(/./u),
    says: (rollout, facts) =>
      `${answeredWith(rollout, facts)}: --status ${facts.settings.statuses?.join(",") ?? "2xx"} does not count it as answered.`,
    remedy: () => "Add it to --status, or request another path with --path."
  },
  {
    code: "unexpected-answers",
    kind: "problem",
    of: "graceful",
    when: ({ before }) => before.unexpected > 0 && before.unexpected * 2 > before.answered,
    says: ({ before }, { settings }) =>
      `${Format.integer(before.unexpected)} of ${Format.counted(before.answered, "answer")} before ${settings.signal} did not contain ` +
      `${JSON.stringify(settings.expected)}.`,
    remedy: () => "Correct the text after --expect: every whole answer must contain it."
  },
  {
    code: "nothing-in-flight",
    kind: "problem",
    of: "graceful",
    when: (rollout, { kept }) =>
      rollout.inFlight + (kept?.inFlight ?? 0) === 0 &&
      (!isEndedBySignal(rollout) || rollout.disposition !== "default") &&
      !isDoneInFront(rollout),
    says: (rollout, { settings }) =>
      `No request was in flight at ${settings.signal}, so there was none to cut and nothing is proved: ${
        answersFast(rollout)
          ? "the path answers too fast"
          : "the server had read none of those that were sent, as on a machine that is too busy"
      }.`,
    remedy: (rollout) =>
      !answersFast(rollout)
        ? "Check on a less busy machine."
        : "Choose a slower path with --path, such as one that waits for a database or a model."
  }
]
