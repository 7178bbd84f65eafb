import type { RehearsalReport } from "@ebb/sim/report/RehearsalReport"
import type { RehearsalSpec } from "@ebb/sim/spec/Spec"
import * as Terminal from "../../kit/Terminal.ts"
import { wrap } from "@ebb/text/Wrap"
import * as Table from "../../kit/Table.ts"
import * as Format from "@ebb/text/Format"
import * as ModeRows from "@ebb/sim/report/ModeRows"
import * as ComparisonText from "./ComparisonText.ts"
import * as Timelines from "./Timelines.ts"

const widthMax = 120
const widthUnknown = 100
const proseMax = 100

/** A finished rehearsal and what is to be said beside its numbers. */
export interface Rehearsed {
  readonly report: RehearsalReport
  readonly spec: RehearsalSpec
  /** What the spec is called. */
  readonly name: string
  /** Requests simulated in all runs. */
  readonly requests: number
  readonly elapsedMs: number
  /** The command that does it again. */
  readonly again: string
}

const rolloutAt = (spec: RehearsalSpec): number | null => spec.rollouts[0]?.atMs ?? null

const momentOf = (moment: RehearsalReport["moment"], atMs: number): string =>
  moment === null || moment.fromMs === moment.toMs
    ? `at ${Format.span(atMs)}`
    : `between ${Format.span(moment.fromMs)} and ${Format.span(moment.toMs)}`

const headline = ({ elapsedMs, name, report, requests, spec }: Rehearsed, width: number): ReadonlyArray<string> => {
  const atMs = rolloutAt(spec)
  const rollout = atMs === null ? "no rollout" : `rollout ${momentOf(report.moment, atMs)}`
  const parts = [
    name,
    `${Format.span(spec.run.forMs)} of traffic, ${rollout}`,
    `${Format.counted(report.modes.length, "mode")} × ${Format.counted(report.seeds, "seed")}`,
    `${Format.many(requests)} requests in ${Format.duration(elapsedMs)}`
  ]
  const line = parts.join(" · ")
  return line.length <= width ? [line] : [parts.slice(0, 2).join(" · "), parts.slice(2).join(" · ")]
}

const advice = ({ report }: Rehearsed, terminal: Terminal.Terminal, width: number): ReadonlyArray<string> => {
  if (report.advice === null) return []
  const lead = `Advice: ${report.advice.mode}.`
  const [first = "", ...rest] = wrap(`${lead} ${report.advice.because}`, Math.min(width, proseMax))
  return ["", first.replace(lead, Terminal.paint(terminal, "bold", lead)), ...rest]
}

const gate = 'Gate: add --assert "graceful.inFlight.errored == 0"'

const page = "Page: add --html report.html"
const between = "      "

/** As many hints on a line as fit. */
const hints = ({ again, hasPage, report }: Shown, width: number): ReadonlyArray<string> => {
  const canGate = !again.includes("--assert") && report.modes.some(({ mode }) => mode === "graceful")
  const [first, ...others] = [`Again: ${again}`, ...(hasPage ? [] : [page]), ...(canGate ? [gate] : [])]
  const lines = [first]
  for (const hint of others) {
    const longer = `${lines.at(-1)}${between}${hint}`
    if (longer.length <= width) lines.splice(-1, 1, longer)
    else lines.push(hint)
  }
  return ["", ...lines]
}

/** A rehearsal as the terminal shows it; where its page was written the hint at one is left out. */
export interface Shown extends Rehearsed {
  readonly hasPage: boolean
}

/** The modes side by side, and how slots and errors went over time. */
const sideBySide = ({ report, spec }: Rehearsed, terminal: Terminal.Terminal, width: number): ReadonlyArray<string> => {
  const headers = report.modes.map(({ mode }) => mode)
  // In the terminal's own characters before it is aligned: not all of them stay one column wide.
  const plain = (text: string) => Terminal.plain(terminal, text)
  const rows = ModeRows.rows(report.modes).map(({ cells, label }) => ({ label: plain(label), cells: cells.map(plain) }))
  const run = { forMs: spec.run.forMs, atMs: rolloutAt(spec) }
  const timelines = Timelines.render(report.modes, run, { width, unicode: terminal.unicode })
  return [
    ...Table.plain(headers, rows, width, (header) => Terminal.paint(terminal, "bold", header)),
    ...ModeRows.notes(report).flatMap((note) => ["", ...wrap(note, Math.min(width, proseMax))]),
    ...(timelines.length === 0 ? [] : ["", ...timelines])
  ]
}

/** The whole answer of `ebb rehearse` for people; with another spec to hold it against, what differs. */
export const render = (rehearsed: Shown, terminal: Terminal.Terminal): string => {
  const { against } = rehearsed.report
  const width = Math.min(terminal.columns ?? widthUnknown, widthMax)
  const lines = [
    ...headline(rehearsed, width),
    "",
    ...(against === undefined
      ? sideBySide(rehearsed, terminal, width)
      : ComparisonText.lines(against, terminal, width)),
    ...advice(rehearsed, terminal, width),
    ...hints(rehearsed, width)
  ]
  return Terminal.plain(terminal, `${lines.join("\n")}\n`)
}
