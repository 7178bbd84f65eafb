import type { Escalation, EscalationPoint } from "@ebb/plan/way/Escalation"
import type { Way } from "@ebb/plan/way/Way"
import * as Verdict from "@ebb/sim/report/Verdict"
import type { RehearsalSpec } from "@ebb/sim/spec/Spec"
import { fromMs } from "@ebb/text/Duration"
import * as Format from "@ebb/text/Format"
import * as Table from "../../kit/Table.ts"
import * as Terminal from "../../kit/Terminal.ts"
import * as Paragraph from "./Paragraph.ts"

const time = (seconds: number): string => fromMs(seconds * 1000)

const pointAt = ({ curve }: Escalation, seconds: number): EscalationPoint =>
  curve.find((point) => point.seconds === seconds)!

const held = ({ heldRunnerSeconds }: EscalationPoint): string => Format.duration(heldRunnerSeconds.mean * 1000)

/** What is known about forcing a graceful rollout, in a sentence or two. */
const escalationText = (escalation: Escalation, { app, prices }: RehearsalSpec): string => {
  const { because, curve, seconds } = escalation
  const last = curve.at(-1)!
  if (curve[0]!.errors.mean === 0)
    return "Nothing shows when to force a graceful rollout: one that is forced at once cut no request in any run."
  const grace = time(app.revision.gracePeriodSeconds)
  if (seconds === null || seconds === last.seconds) {
    const why =
      because === "cost"
        ? `no other time saves more than chance may, and waiting out its ${grace} costs ${Format.moneyOf(last.cost, prices.currency)} a rollout`
        : "each second saves about as much as the one before; say what an error is worth with --cost"
    return `Do not force a graceful rollout before its grace period is over: ${why}.`
  }
  const point = pointAt(escalation, seconds)
  const cut = `${Format.count(point.errors)} requests cut, ${Format.count(last.errors)} at the end of the ${grace}`
  if (because === "cost") {
    return `Force a graceful rollout after ${time(seconds)}: it costs ${Format.moneyOf(point.cost, prices.currency)}, ${Format.moneyOf(last.cost, prices.currency)} with the whole grace period (${cut}).`
  }
  if (because === "hang") {
    return `Force a graceful rollout after ${time(seconds)}: however long it waits, ${Format.count(last.errors)} requests are cut, because they hang or outlast the grace period of ${grace}; runners are held for ${held(point)} instead of ${held(last)}.`
  }
  return `Most of what a graceful rollout saves, it saves in its first ${time(seconds)} (${cut}). Say what an error is worth with --cost to know whether to force it then.`
}

/** In which way, for people. */
export const said = ({ escalation, report }: Way, spec: RehearsalSpec): ReadonlyArray<Paragraph.Said> => {
  const { headline, reasons, warnings } = Verdict.of(report, { name: spec.app.name, env: spec.app.env })
  return [
    ...warnings.flatMap((warning) => Paragraph.noAnswer(warning)),
    ...(headline === null ? [] : Paragraph.answer(headline)),
    ...[...reasons, escalationText(escalation, spec)].flatMap((reason) => Paragraph.reason(reason))
  ]
}

const modesOf = ({ report }: Way, spec: RehearsalSpec, terminal: Terminal.Terminal, width: number) => {
  const { modes } = Verdict.of(report, { name: spec.app.name, env: spec.app.env })
  const rows = modes.map(({ belowCapacity, cost, failed, mode, p99 }) => ({
    label: `  ${mode}`,
    cells: [failed, p99, belowCapacity, cost].map((cell) => Terminal.plain(terminal, cell))
  }))
  const headers = ["failed", "p99 during", "below capacity", "cost"]
  return Table.plain(headers, rows, width, (header) => Terminal.paint(terminal, "dim", header))
}

const escalations = ({ escalation }: Way, { prices }: RehearsalSpec, terminal: Terminal.Terminal, width: number) => {
  const hasCost = escalation.curve.some(({ cost }) => cost !== null)
  const rows = escalation.curve.map((point) => {
    const { cost, errors, lostWorkSeconds, recoveryMs, seconds } = point
    const cells = [
      Format.count(errors),
      Format.duration(lostWorkSeconds.mean * 1000),
      held(point),
      recoveryMs === null ? "never" : Format.durationOf(recoveryMs),
      ...(hasCost ? [Format.moneyOf(cost, prices.currency)] : [])
    ]
    const sign = seconds === escalation.seconds ? (terminal.unicode ? "►" : ">") : " "
    return { label: `${sign} ${time(seconds).padStart(4)}`, cells: cells.map((cell) => Terminal.plain(terminal, cell)) }
  })
  const headers = ["cut", "work lost", "runners held", "recovery", ...(hasCost ? ["costs"] : [])]
  return [
    Terminal.paint(terminal, "dim", "  graceful, forced after"),
    ...Table.plain(headers, rows, width, (header) => Terminal.paint(terminal, "dim", header))
  ]
}

/** The ways side by side, and what waiting saves and costs. */
export const details = (
  way: Way,
  spec: RehearsalSpec,
  terminal: Terminal.Terminal,
  width: number
): ReadonlyArray<string> => [...modesOf(way, spec, terminal, width), "", ...escalations(way, spec, terminal, width)]
