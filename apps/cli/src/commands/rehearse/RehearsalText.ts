import type { RehearsalReport } from "@ebb/sim/report/RehearsalReport"
import type { RehearsalSpec } from "@ebb/sim/spec/Spec"
import * as Terminal from "../../kit/Terminal.ts"
import { wrap } from "@ebb/text/Wrap"
import * as Table from "../../kit/Table.ts"
import * as Format from "@ebb/text/Format"
import * as ModeRows from "@ebb/sim/report/ModeRows"
import * as Trouble from "@ebb/sim/report/Trouble"
import * as Verdict from "@ebb/sim/report/Verdict"
import * as ComparisonText from "./ComparisonText.ts"
import * as Timelines from "./Timelines.ts"
import * as VerdictText from "./VerdictText.ts"

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

const precisionOf = ({ precision }: RehearsalReport): string => {
  if (precision === undefined || precision.isReached) return ""
  return `, too few for a precision of ${+(precision.wanted * 100).toPrecision(6)} %`
}

const headline = ({ elapsedMs, name, report, requests, spec }: Rehearsed, width: number): ReadonlyArray<string> => {
  const atMs = rolloutAt(spec)
  const rollout = atMs === null ? "no rollout" : `rollout ${momentOf(report.moment, atMs)}`
  const parts = [
    name,
    `${Format.span(spec.run.forMs)} of traffic, ${rollout}`,
    `${Format.counted(report.modes.length, "mode")} × ${Format.counted(report.seeds, "seed")}${precisionOf(report)}`,
    `${Format.many(requests)} requests in ${Format.duration(elapsedMs)}`
  ]
  const line = parts.join(" · ")
  return line.length <= width ? [line] : [parts.slice(0, 2).join(" · "), parts.slice(2).join(" · ")]
}

/** Why that mode, at length. */
const advice = ({ report }: Rehearsed, terminal: Terminal.Terminal, width: number): ReadonlyArray<string> => {
  if (report.advice === null || Verdict.advised(report) === null) return []
  const lead = `Advice: ${report.advice.mode}.`
  const [first = "", ...rest] = wrap(`${lead} ${report.advice.because}`, Math.min(width, proseMax))
  return ["", first.replace(lead, Terminal.paint(terminal, "bold", lead)), ...rest]
}

/** What has to be said before anything is compared. */
const warnings = ({ report }: Rehearsed, width: number): ReadonlyArray<string> =>
  Trouble.warnings(report).flatMap((warning) => [...wrap(warning, Math.min(width, proseMax)), ""])

const again = ({ again }: Rehearsed): ReadonlyArray<string> => ["", `Again: ${again}`]

/** A rehearsal as the terminal shows it. */
export interface Shown extends Rehearsed {
  readonly hasPage: boolean
  /** Every measure below the verdict. */
  readonly hasDetails: boolean
  readonly isGated: boolean
  /** The command that starts a sandbox with the app. */
  readonly up: string
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

const verdict = (shown: Shown, terminal: Terminal.Terminal, width: number): ReadonlyArray<string> => {
  const { hasDetails, hasPage, isGated, report, spec, up } = shown
  const { env, name } = spec.app
  const more = [...(hasDetails ? [] : ["--details"]), ...(hasPage ? [] : ["--html report.html"]), "ebb rehearse --help"]
  return VerdictText.lines(Verdict.of(report, { name, env }), { up, more, isGated }, terminal, width)
}

/** The whole answer of `ebb rehearse` for people, the verdict first; with another spec to hold it against, what differs. */
export const render = (shown: Shown, terminal: Terminal.Terminal): string => {
  const { against } = shown.report
  const width = Math.min(terminal.columns ?? widthUnknown, widthMax)
  const details = shown.hasDetails
    ? ["", ...sideBySide(shown, terminal, width), ...advice(shown, terminal, width), ...again(shown)]
    : []
  const lines = [
    ...headline(shown, width),
    "",
    ...(against === undefined
      ? [...verdict(shown, terminal, width), ...details]
      : [
          ...warnings(shown, width),
          ...ComparisonText.lines(against, shown.report.modes, terminal, width),
          ...advice(shown, terminal, width),
          ...again(shown)
        ])
  ]
  return Terminal.plain(terminal, `${lines.join("\n")}\n`)
}
