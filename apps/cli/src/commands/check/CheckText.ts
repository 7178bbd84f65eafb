import * as Format from "@ebb/text/Format"
import * as Terminal from "../../kit/Terminal.ts"
import { wrap } from "@ebb/text/Wrap"
import * as Table from "../../kit/Table.ts"
import type { Advice, CheckReport, Rollout } from "@ebb/drain-check/CheckReport"
import type { CheckSettings } from "@ebb/drain-check/CheckSettings"
import * as Verdict from "@ebb/drain-check/Verdict"

const widthMax = 100
const moreLine = "More: ebb docs draining"

interface Column {
  readonly header: string
  readonly cell: (rollout: Rollout) => string
  /** Shown only where there is something to see. */
  readonly when?: (rollout: Rollout) => boolean
}

const isForce = ({ signal }: Rollout): boolean => signal === "SIGKILL"

const exitCell = (rollout: Rollout): string => {
  const after = Format.duration(rollout.exit.afterMs)
  if (isForce(rollout)) return "killed"
  if (rollout.exit.neededKill) return `killed after ${after}`
  return `${Verdict.exitCode(rollout) ?? rollout.exit.signal} after ${after}`
}

const columns: ReadonlyArray<Column> = [
  { header: "in flight", cell: ({ inFlight }) => Format.integer(inFlight) },
  { header: "answered", cell: ({ answered }) => Format.integer(answered) },
  { header: "errors", cell: ({ errored }) => Format.integer(errored), when: ({ errored }) => errored > 0 },
  { header: "cut", cell: ({ cut }) => Format.integer(cut) },
  {
    header: "cut later",
    cell: (rollout) => (isForce(rollout) ? Format.none : Format.integer(rollout.after.cut)),
    when: (rollout) => !isForce(rollout) && rollout.after.cut > 0
  },
  {
    header: "refused after",
    cell: (rollout) => (isForce(rollout) ? Format.none : Format.integer(rollout.after.refused))
  },
  { header: "exit", cell: exitCell }
]

const table = ({ force, graceful }: CheckReport, width: number, terminal: Terminal.Terminal): ReadonlyArray<string> => {
  const rollouts = [graceful, force].filter((rollout) => rollout !== null)
  const shown = columns.filter(({ when }) => when === undefined || rollouts.some(when))
  const rows = rollouts.map((rollout) => ({
    label: isForce(rollout) ? "force" : "graceful",
    cells: shown.map(({ cell }) => Terminal.plain(terminal, cell(rollout)))
  }))
  const headers = shown.map(({ header }) => header)
  return Table.plain(headers, rows, width, (header) => Terminal.paint(terminal, "bold", header))
}

const ratePerSecond = (rate: number): string => {
  if (rate >= 1) return `${Number(rate.toFixed(1))} requests/s`
  return `${Number((60 * rate).toFixed(1))} requests/min`
}

const headline = ({ port, readyAfterMs }: Rollout, { loadMs, ratePerSecond: rate }: CheckSettings): string =>
  `Ready after ${Format.duration(readyAfterMs)} on port ${port}. ${ratePerSecond(rate)}; SIGTERM after ${Format.span(loadMs)}.`

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

const findings = ({ advice, graceful }: CheckReport, terminal: Terminal.Terminal, width: number) => {
  const problems = advice.filter(({ isProblem }) => isProblem)
  const notes = advice.filter(({ isProblem }) => !isProblem)
  const cross = Terminal.paint(terminal, "boldRed", "✘")
  const lines = problems.flatMap((each) => [...marked(cross, each.text, width), ...snippetLines(each, width)])
  const more = problems.length === 0 || graceful === null ? [] : [`  ${moreLine}`]
  return [
    ...lines,
    ...more,
    ...notes.flatMap((each) => [...marked("•", each.text, width), ...snippetLines(each, width)])
  ]
}

const stepMs = 100

/**
 * The shortest grace period that is enough, in tenths of a second. The signal may have come when the newest request was
 * well under way: one that has just begun takes as long as the slowest.
 */
const graceNeeded = ({ before, exit, lastAnswerAfterMs }: Rollout): string => {
  const afterAnswersMs = Math.max(0, exit.afterMs - (lastAnswerAfterMs ?? 0))
  const neededMs = Math.max(exit.afterMs, (before.slowestMs ?? 0) + afterAnswersMs)
  return Format.duration(Math.ceil(neededMs / stepMs) * stepMs)
}

const praiseOf = (graceful: Rollout, advice: ReadonlyArray<Advice>): string => {
  if (graceful.inFlight === 0) return "Nothing was cut, for nothing was in flight."
  if (advice.some(({ code }) => code === "no-handler")) return "Nothing was cut this time."
  if (graceful.before.errored > graceful.before.answered) return "Nothing was cut, but most requests fail anyway."
  return `This server drains. A graceful rollout costs its callers nothing with a grace period of ${graceNeeded(graceful)} or more.`
}

const praise = ({ advice, graceful, passed }: CheckReport, terminal: Terminal.Terminal, width: number) => {
  if (!passed || graceful === null) return []
  return marked(Terminal.paint(terminal, "boldGreen", "✓"), praiseOf(graceful, advice), width)
}

/** The whole answer of `ebb check` for people. */
export const render = (report: CheckReport, settings: CheckSettings, terminal: Terminal.Terminal): string => {
  const width = Math.min(terminal.columns ?? widthMax, widthMax)
  const { graceful } = report
  const head = graceful === null ? [] : [headline(graceful, settings), "", ...table(report, width, terminal), ""]
  const lines = [...head, ...praise(report, terminal, width), ...findings(report, terminal, width)]
  return Terminal.plain(terminal, `${lines.join("\n")}\n`)
}
