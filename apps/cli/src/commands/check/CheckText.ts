import * as Format from "@ebb/text/Format"
import * as Terminal from "../../kit/Terminal.ts"
import { wrap } from "@ebb/text/Wrap"
import * as Table from "../../kit/Table.ts"
import type { Advice, Asserted, CheckReport, Rollout } from "@ebb/drain-check/CheckReport"
import type { CheckSettings } from "@ebb/drain-check/CheckSettings"
import { isOther } from "@ebb/drain-check/ShortAnswer"
import * as Facts from "@ebb/drain-check/findings/Facts"
import * as Verdict from "@ebb/drain-check/findings/Verdict"

const widthMax = 100
const moreLine = "More: ebb docs draining"

interface Column {
  readonly header: string
  /** Of sessions of WebSockets, which are not answered but closed; the same where it is left out. */
  readonly ofSessions?: string
  readonly cell: (rollout: Rollout) => string
  /** Shown only where there is something to see. */
  readonly when?: (rollout: Rollout) => boolean
}

const isForce = ({ run }: Rollout): boolean => run === "force"

const labels: Readonly<Record<Rollout["run"], string>> = {
  graceful: "graceful",
  kept: "kept alive",
  idle: "idle",
  force: "force"
}

const exitCell = (rollout: Rollout): string => {
  const after = Format.duration(rollout.exit.afterMs)
  if (isForce(rollout)) return "killed"
  if (rollout.exit.neededKill) return `killed after ${after}`
  return `${Facts.exitCode(rollout) ?? rollout.exit.signal} after ${after}`
}

/** Of what was in flight; a server that was left alone had nothing. */
const count =
  (of: (rollout: Rollout) => number): Column["cell"] =>
  (rollout) =>
    rollout.traffic === "none" ? Format.none : Format.integer(of(rollout))

/** Answers that ended as if whole: others than the usual, or parts of those. */
const short = (areOthers: boolean): Column["cell"] =>
  count(({ short: { count: number, why } }) => (isOther(why) === areOthers ? number : 0))

/** Of what came after the signal, when there is nobody to send to after SIGKILL. */
const later =
  (of: (rollout: Rollout) => number): Column["cell"] =>
  (rollout) =>
    isForce(rollout) ? Format.none : count(of)(rollout)

const columns: ReadonlyArray<Column> = [
  { header: "in flight", ofSessions: "open", cell: count(({ inFlight }) => inFlight) },
  { header: "answered", ofSessions: "closed", cell: count(({ answered }) => answered) },
  { header: "half", cell: short(false), when: ({ short }) => short.count > 0 && !isOther(short.why) },
  { header: "other", cell: short(true), when: ({ short }) => short.count > 0 && isOther(short.why) },
  { header: "errors", cell: count(({ errored }) => errored), when: ({ errored }) => errored > 0 },
  { header: "cut", cell: count(({ cut }) => cut) },
  {
    header: "cut later",
    cell: later(({ after }) => after.cut),
    when: (rollout) => !isForce(rollout) && rollout.after.cut > 0
  },
  { header: "refused after", cell: later(({ after }) => after.refused) },
  { header: "exit", cell: exitCell }
]

const table = (report: CheckReport, width: number, terminal: Terminal.Terminal): ReadonlyArray<string> => {
  const rollouts = [report.graceful, report.kept, report.idle, report.force].filter((rollout) => rollout !== null)
  const shown = columns.filter(({ when }) => when === undefined || rollouts.some(when))
  const rows = rollouts.map((rollout) => ({
    label: labels[rollout.run],
    cells: shown.map(({ cell }) => Terminal.plain(terminal, cell(rollout)))
  }))
  const areSessions = report.graceful?.traffic === "sessions"
  const headers = shown.map(({ header, ofSessions = header }) => (areSessions ? ofSessions : header))
  return Table.plain(headers, rows, width, (header) => Terminal.paint(terminal, "bold", header))
}

const ratePerSecond = (rate: number): string => {
  if (rate >= 1) return `${Number(rate.toFixed(1))} requests/s`
  return `${Number((60 * rate).toFixed(1))} requests/min`
}

const protocols: Readonly<Record<Rollout["protocol"], string>> = {
  http: "",
  https: " over TLS",
  h2c: " over HTTP/2",
  h2: " over HTTP/2 and TLS"
}

const headline = (rollout: Rollout, { loadMs, ratePerSecond: rate, signal }: CheckSettings): string => {
  const { port, protocol, readyAfterMs, traffic } = rollout
  const sent = traffic === "sessions" ? "WebSocket sessions" : ratePerSecond(rate)
  return `Ready after ${Format.duration(readyAfterMs)} on port ${port}. ${sent}${protocols[protocol]}; ${signal} after ${Format.span(loadMs)}.`
}

/** What became of the requests after the signal, slice by slice, where that was asked for. */
const lingering = ({ after }: Rollout, { mustServeLinger, signal }: CheckSettings): ReadonlyArray<string> => {
  if (!mustServeLinger) return []
  const slices = after.slices.map(({ answered, cut, errored, fromMs, refused }) => {
    const parts = Object.entries({ answered, errored, refused, cut }).filter(([, number]) => number > 0)
    return `${Format.span(fromMs)}: ${parts.map(([name, number]) => `${Format.integer(number)} ${name}`).join(", ")}`
  })
  return slices.length === 0 ? [] : [`Requests sent after ${signal}, from ${slices.join("; from ")}.`, ""]
}

/** Behind a mark of one column; lines after the first are indented to stand below the text. */
const marked = (mark: string, text: string, width: number): ReadonlyArray<string> =>
  text
    .split("\n")
    .flatMap((line) => (line.startsWith("  ") ? [line] : wrap(line, width - 2)))
    .map((line, at) => `${at === 0 ? mark : " "} ${line}`)

/** Code is never wrapped: where it does not fit behind its heading it stands below. */
const snippetLines = ({ snippet }: Advice, width: number): ReadonlyArray<string> => {
  if (snippet === null) return []
  const heading = `  In ${snippet.server}:`
  const line = `${heading}  ${snippet.code}`
  if (line.length <= width && !snippet.code.includes("\n")) return [line]
  return [heading, ...snippet.code.split("\n").map((each) => `    ${each}`)]
}

const remedyLines = ({ remedy }: Advice, width: number): ReadonlyArray<string> =>
  remedy === null ? [] : marked(" ", remedy, width)

const findings = ({ advice, graceful }: CheckReport, terminal: Terminal.Terminal, width: number) => {
  const problems = advice.filter(({ isProblem }) => isProblem)
  const notes = advice.filter(({ isProblem }) => !isProblem)
  const cross = Terminal.paint(terminal, "boldRed", "✘")
  const lines = (mark: string, each: Advice): ReadonlyArray<string> => [
    ...marked(mark, each.text, width),
    ...remedyLines(each, width),
    ...snippetLines(each, width)
  ]
  const more = problems.length === 0 || graceful === null ? [] : [`  ${moreLine}`]
  return [...problems.flatMap((each) => lines(cross, each)), ...more, ...notes.flatMap((each) => lines("•", each))]
}

const stepMs = 100

/**
 * The shortest grace period that is enough, in tenths of a second. The signal may have come when the newest request was
 * well under way: one that has just begun takes as long as the slowest.
 */
const graceNeeded = ({ graceful, idle, kept }: CheckReport): string => {
  const rollouts = [graceful, kept, idle].filter((rollout) => rollout !== null)
  const neededMs = rollouts.map(({ before, exit, lastAnswerAfterMs }) => {
    const afterAnswersMs = Math.max(0, exit.afterMs - (lastAnswerAfterMs ?? 0))
    return Math.max(exit.afterMs, (before.slowestMs ?? 0) + afterAnswersMs)
  })
  return Format.duration(Math.ceil(Math.max(0, ...neededMs) / stepMs) * stepMs)
}

/** What is not known of answers that came in order. */
export const doubts: Readonly<Record<Verdict.Doubt, string>> = {
  "no-second-start": "Not every rollout could be made",
  "ends-unknown": "Whether the answers were whole is not known",
  "other-keys": "Whether the answers were the right ones is not known"
}

/** Said only where nothing speaks against it: problems are reasons not to pass, and a failed assertion is told by itself. */
const praise = (report: CheckReport, terminal: Terminal.Terminal, width: number) => {
  if (report.graceful === null || report.advice.some(({ isProblem }) => isProblem)) return []
  const grace = `a grace period of ${graceNeeded(report)} or more`
  const doubt = Verdict.doubtOf(report)
  if (doubt !== null) return marked("•", `Nothing was cut, with ${grace}. ${doubts[doubt]}.`, width)
  const text = `This server drains. A graceful rollout costs its callers nothing with ${grace}.`
  return marked(Terminal.paint(terminal, "boldGreen", "✓"), text, width)
}

const shownOf = ({ actual, text }: Asserted): string => {
  if (actual === null) return "not seen"
  if (typeof actual !== "number") return String(actual)
  return /Ms\b|Within\b/u.test(text) ? Format.duration(actual) : String(actual)
}

const assertions = (asserted: ReadonlyArray<Asserted>, terminal: Terminal.Terminal, width: number) =>
  asserted.flatMap((each) => {
    const mark = each.passed ? Terminal.paint(terminal, "boldGreen", "✓") : Terminal.paint(terminal, "boldRed", "✘")
    return marked(mark, `${each.text} (${shownOf(each)})`, width)
  })

/** The whole answer of `ebb check` for people. */
export const render = (report: CheckReport, settings: CheckSettings, terminal: Terminal.Terminal): string => {
  const width = Math.min(terminal.columns ?? widthMax, widthMax)
  const { graceful } = report
  const head =
    graceful === null
      ? []
      : [headline(graceful, settings), "", ...table(report, width, terminal), "", ...lingering(graceful, settings)]
  const lines = [
    ...head,
    ...praise(report, terminal, width),
    ...findings(report, terminal, width),
    ...assertions(report.assertions, terminal, width)
  ]
  return Terminal.plain(terminal, `${lines.join("\n")}\n`)
}
