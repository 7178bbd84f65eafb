import * as Format from "@ebb/text/Format"
import type { Advice, AdviceCode, Rollout } from "./CheckReport.ts"
import { idleSnippet, type Snippet, snippets } from "./Snippets.ts"
import * as Verdict from "./Verdict.ts"

/** What is known beside the rollout itself. */
export interface Known {
  readonly graceMs: number
  /** What the first process runs, such as `dash`. */
  readonly firstProgram: string
  /** How to make this kind of server drain; null where the kind is not known. */
  readonly snippet: Snippet | null
}

type Rule = (graceful: Rollout, known: Known) => Advice | null

/** A process that goes on for this long after it cut its requests did not cut them by ending. */
const wentOnMinMs = 100

const were = (count: number): string => (count === 1 ? "was" : "were")

const problem = (code: AdviceCode, text: string, snippet: Snippet | null = null): Advice => ({
  code,
  isProblem: true,
  text,
  snippet
})

const note = (code: AdviceCode, text: string, snippet: Snippet | null = null): Advice => ({
  ...problem(code, text, snippet),
  isProblem: false
})

const cutText = ({ cut, inFlight }: Rollout): string =>
  `${Format.integer(cut)} of ${Format.counted(inFlight, "request")} in flight ${were(cut)} cut`

/** The first process is not the server, and the server did not hear of it. */
const isShielded = ({ listensItself, servesOn, sigterm }: Rollout): boolean =>
  !listensItself && (sigterm !== "handled" || servesOn)

const isShell = (program: string): boolean => /^(ash|bash|busybox|dash|ksh|sh|zsh)$/u.test(program)

/** Node and others catch SIGTERM for purposes of their own: that it ended them is what tells. */
const endedBySigterm = ({ exit }: Rollout): boolean => exit.signal === "SIGTERM"

/** The kernel keeps signals without a handler from the first process of a container. */
const asPid1 = ({ sigterm }: Rollout): string =>
  sigterm === "default"
    ? " As the first process of a container it would not get the signal at all, and be killed late."
    : ""

const notPassedOn: Rule = (graceful, { firstProgram }) => {
  if (!isShielded(graceful)) return null
  const consequence = graceful.cut > 0 ? `: ${cutText(graceful)}` : ""
  return problem(
    "sigterm-not-passed-on",
    `SIGTERM never reached the server${consequence}. It went to ${firstProgram}, the first process, which passes no ` +
      `signal on. ${isShell(firstProgram) ? "Let the server take its place: exec in front of the last command of the shell." : "Start the server itself."}`
  )
}

const cutByEnding: Rule = (graceful, { snippet }) => {
  const { cut, exit, lastCutAfterMs } = graceful
  if (cut === 0 || exit.neededKill || isShielded(graceful)) return null
  const ended = `the process ended ${Format.duration(exit.afterMs)} after SIGTERM`
  if (endedBySigterm(graceful)) {
    const text = `${cutText(graceful)}: ${ended}. It has no SIGTERM handler.${asPid1(graceful)}`
    return problem("no-handler", text, snippet)
  }
  if (lastCutAfterMs !== null && exit.afterMs - lastCutAfterMs > wentOnMinMs) {
    const text =
      `${cutText(graceful)}: the server closed their connections ${Format.duration(lastCutAfterMs)} after SIGTERM, and ` +
      `ended ${Format.duration(exit.afterMs - lastCutAfterMs)} later. Close the listener and wait for the requests instead.`
    return problem("cuts-connections", text, snippet)
  }
  return problem("ends-early", `${cutText(graceful)}: ${ended}, without waiting for its requests.`, snippet)
}

const killed: Rule = (graceful, { graceMs, snippet }) => {
  const { exit, stoppedAcceptingAfterMs, cut, sigterm, waitedForIdle } = graceful
  if (!exit.neededKill || isShielded(graceful)) return null
  const lead = `It was still there ${Format.duration(graceMs)} after SIGTERM and had to be killed`
  if (waitedForIdle) {
    const text = `${lead}: it waited for idle keep-alive connections, and ended as soon as their clients closed them. Close them when the listener closes.`
    return problem("waits-for-idle-connections", text, idleSnippet(snippet))
  }
  if (sigterm === "ignored" || stoppedAcceptingAfterMs === null) {
    const costs = cut > 0 ? `; ${cutText(graceful)}` : ""
    return problem("ignores-sigterm", `${lead}: it did nothing about SIGTERM and went on accepting${costs}.`, snippet)
  }
  if (cut > 0) {
    const text = `${lead}: ${cutText(graceful)}, since they take longer than the grace period. Give it more with --grace, and the platform too.`
    return problem("grace-too-short", text)
  }
  const text = `${lead}, though all its requests were answered. Something keeps the process alive: a timer, a pool of connections, a worker.`
  return problem("does-not-end", text, snippet)
}

/** Beside requests in flight that were cut as well it is no reason of its own. */
const cutsLate: Rule = (graceful) => {
  const { after, cut, exit } = graceful
  if (after.cut === 0 || cut > 0 || exit.neededKill || isShielded(graceful)) return null
  const text = `It went on accepting after SIGTERM, and cut ${Format.counted(after.cut, "request")} that came then. Close the listener first.`
  return problem("cuts-late-requests", text)
}

/** Nothing was cut this time, but no handler was seen either: neither Node nor Bun ends by the signal after draining. */
const wouldCut: Rule = (graceful, { snippet }) => {
  const { cut, exit, inFlight, sigterm } = graceful
  if (inFlight === 0 || cut > 0 || !endedBySigterm(graceful) || isShielded(graceful)) return null
  const isRuntimes = snippet === snippets.node || snippet === snippets.bun
  if (sigterm !== "default" && !isRuntimes) return null
  const text =
    `SIGTERM ended the process within ${Format.duration(exit.afterMs)}: it has no SIGTERM handler. Its answers were faster ` +
    `than that; a slower request would have been cut.${asPid1(graceful)}`
  return note("no-handler", text, snippet)
}

const errored: Rule = (graceful) => {
  const errors = Verdict.newErrors(graceful)
  if (errors === 0) return null
  const text = `${Format.counted(errors, "request")} in flight ${were(errors)} answered with a server error after SIGTERM, and none before.`
  return problem("errors-while-draining", text)
}

const exitCode: Rule = (graceful) => {
  if (graceful.exit.neededKill || Verdict.endedWell(graceful) || isShielded(graceful)) return null
  const { code, signal } = graceful.exit
  const how = signal === null ? `with exit code ${code}` : `by ${signal}`
  return problem("exit-code", `It ended ${how} after SIGTERM, which reads as a crash. Exit with 0, or with 143.`)
}

const leavesChildren: Rule = (graceful) => {
  const { childrenLeft } = graceful
  if (childrenLeft === 0 || graceful.exit.neededKill || isShielded(graceful)) return null
  const lived = childrenLeft === 1 ? "1 child process" : `${Format.integer(childrenLeft)} child processes`
  const text = `${lived} lived on after the first process had ended; a container kills such at once. End and await them first.`
  return note("leaves-children", text)
}

const resetsIdle: Rule = ({ idleConnections }) =>
  idleConnections.reset === 0
    ? null
    : note(
        "resets-idle-connections",
        `${Format.counted(idleConnections.reset, "idle keep-alive connection")} ${were(idleConnections.reset)} reset rather than closed.`
      )

const refuses: Rule = (graceful) => {
  const { after } = graceful
  if (after.refused === 0 || !Verdict.drains(graceful)) return null
  return note(
    "refuses-at-once",
    `${Format.counted(after.refused, "connection")} ${were(after.refused)} refused after SIGTERM. That costs nothing where the platform ` +
      "stops sending first; behind a load balancer that hears of it late, keep listening a moment longer."
  )
}

const nothingInFlight: Rule = (graceful, { snippet }) => {
  if (graceful.inFlight > 0) return null
  const lead = "No request was in flight at SIGTERM, so there was none to cut: the path answers too fast to tell."
  if (!endedBySigterm(graceful) || isShielded(graceful)) {
    return note("nothing-in-flight", `${lead} Choose a slower one with --path.`)
  }
  return note(
    "nothing-in-flight",
    `${lead} SIGTERM ended the process at once: a slower request would have been cut.`,
    snippet
  )
}

const total = ({ answered, errored, lost }: Rollout["before"]): number => answered + errored + lost

/** The commonest status from `min` to below `max`: a word on what went wrong. */
const commonest = (statuses: Rollout["before"]["statuses"], min: number, max: number): string => {
  const among = Object.entries(statuses).filter(([status]) => Number(status) >= min && Number(status) < max)
  const [first] = among.toSorted(([, a], [, b]) => b - a)
  return first === undefined ? "without an answer" : `with status ${first[0]}`
}

const failsBefore: Rule = ({ before }) => {
  const { errored, lost, statuses } = before
  if (errored + lost === 0) return null
  return note(
    "fails-before",
    `${Format.integer(errored + lost)} of ${Format.counted(total(before), "request")} failed before the rollout already, ` +
      `${commonest(statuses, 500, 600)}.`
  )
}

/** Answers that a caller would not come for: what they say of the server is of little worth. */
const clientErrors: Rule = ({ before }) => {
  const refused = Object.entries(before.statuses).filter(([status]) => /^4\d\d$/u.test(status))
  const count = refused.reduce((sum, [, each]) => sum + each, 0)
  if (count * 2 <= total(before)) return null
  return note(
    "client-errors",
    `${Format.integer(count)} of ${Format.counted(total(before), "request")} were answered ${commonest(before.statuses, 400, 500)}. Ask for ` +
      "what your callers ask for: --path, --method and --body say what."
  )
}

const rules: ReadonlyArray<Rule> = [
  notPassedOn,
  cutByEnding,
  wouldCut,
  killed,
  cutsLate,
  errored,
  exitCode,
  leavesChildren,
  resetsIdle,
  nothingInFlight,
  failsBefore,
  clientErrors,
  refuses
]

/** What there is to say about a graceful rollout, problems first. */
export const find = (graceful: Rollout, known: Known): ReadonlyArray<Advice> => {
  const found = rules.flatMap((rule) => rule(graceful, known) ?? [])
  return [...found.filter(({ isProblem }) => isProblem), ...found.filter(({ isProblem }) => !isProblem)]
}
