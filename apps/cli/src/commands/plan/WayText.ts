import { endOf, type Escalation, type EscalationPoint, gainsNothing } from "@ebb/plan/way/Escalation"
import type { Way } from "@ebb/plan/way/Way"
import * as WayRows from "@ebb/plan/way/WayRows"
import * as Verdict from "@ebb/sim/report/Verdict"
import type { Estimate } from "@ebb/sim/measure/Statistics"
import type { RehearsalSpec } from "@ebb/sim/spec/Spec"
import * as Average from "@ebb/text/Average"
import * as Format from "@ebb/text/Format"
import * as Table from "../../kit/Table.ts"
import * as Terminal from "../../kit/Terminal.ts"
import * as Paragraph from "./Paragraph.ts"

const time = (seconds: number): string => Format.span(seconds * 1000)

/** How many requests are cut in a rollout: `none`, `2.3 ± 0.1 requests`, `about 1 request in 20 rollouts`. */
const requestsText = (count: Estimate): string =>
  count.mean === 0 ? "none" : count.mean < 1 ? Average.of(count.mean, "request") : Format.countOf(count, "request")

const pointAt = ({ curve }: Escalation, seconds: number): EscalationPoint =>
  curve.find((point) => point.seconds === seconds)!

/** What is known about forcing a graceful rollout, in a sentence or two. */
const escalationText = (escalation: Escalation, spec: RehearsalSpec): string => {
  const { because, curve, seconds } = escalation
  const { currency } = spec.prices
  const last = curve.at(-1)!
  const { isForced } = endOf(spec)
  const end = time(last.seconds)
  if (curve.length === 1 && isForced)
    return `There is no waiting to try: the spec has a force ${end} after its rollout, which kills at once what is in flight.`
  if (curve.length === 1)
    return `There is no waiting to try: termination_grace_period is ${end}, so a graceful rollout kills at once what is in flight, as a forced one does.`
  if (curve[0]!.errors.mean === 0)
    return "Nothing shows when to force a graceful rollout: one that is forced at once cut no request in any run."
  const whole = isForced ? `the ${end} until the force of the spec` : `the whole ${end}`
  if (seconds === null && last.errors.mean >= curve[0]!.errors.mean)
    return `Nothing shows when to force a graceful rollout: waiting saved no request in these runs, which met too few to tell more.`
  if (seconds === null || seconds === last.seconds) {
    const why =
      because === "cost"
        ? `no earlier time is cheaper by more than chance, and waiting ${isForced ? "until then" : `out its ${end}`} costs ${Format.moneyOf(last.cost, currency)} a rollout`
        : "each second saves about as much as the one before; say what an error is worth with --cost"
    const before = isForced ? `the force that the spec has ${end} after it` : "its grace period is over"
    return `Do not force a graceful rollout before ${before}: ${why}.`
  }
  const point = pointAt(escalation, seconds)
  const [then, atEnd] = [requestsText(point.errors), requestsText(last.errors)]
  const cut = `it then cuts ${then}, ${then === atEnd ? `as after ${whole}` : `after ${whole} ${atEnd}`}`
  if (because === "cost") {
    return `Force a graceful rollout after ${time(seconds)}: it costs ${Format.moneyOf(point.cost, currency)}, ${Format.moneyOf(last.cost, currency)} after ${whole} (${cut}).`
  }
  if (because === "hang") {
    return `Force a graceful rollout after ${time(seconds)}: ${cut}, which hang or outlast it; runners are held for ${WayRows.held(point)} instead of ${WayRows.held(last)}.`
  }
  const most = `Most of what a graceful rollout saves, it saves in its first ${time(seconds)} (${cut})`
  if (gainsNothing(escalation, point)) return `${most}, and it holds no runner any longer: a force then gains nothing.`
  return `${most}. Say what an error is worth with --cost to know whether to force it then.`
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

const table = (
  rows: ReadonlyArray<Table.Row>,
  headers: ReadonlyArray<string>,
  terminal: Terminal.Terminal,
  width: number
) =>
  Table.plain(
    headers,
    rows.map(({ cells, label }) => ({ label, cells: cells.map((cell) => Terminal.plain(terminal, cell)) })),
    width,
    (header) => Terminal.paint(terminal, "dim", header)
  )

const modesOf = ({ report }: Way, terminal: Terminal.Terminal, width: number) =>
  table(
    WayRows.ways(report).map((row) => ({ ...row, label: `  ${row.label}` })),
    WayRows.waysHeads,
    terminal,
    width
  )

const escalations = ({ escalation }: Way, { prices }: RehearsalSpec, terminal: Terminal.Terminal, width: number) => {
  const found = WayRows.escalations(escalation, prices.currency)
  const longest = Math.max(...found.map(({ label }) => label.length))
  const rows = found.map((row) => {
    const sign = row.isAdvised ? (terminal.unicode ? "►" : ">") : " "
    return { ...row, label: `${sign} ${row.label.padStart(longest)}` }
  })
  return [
    Terminal.paint(terminal, "dim", "  graceful, forced after"),
    ...table(rows, WayRows.escalationHeads(escalation), terminal, width)
  ]
}

/** The ways side by side, and what waiting saves and costs. */
export const details = (
  way: Way,
  spec: RehearsalSpec,
  terminal: Terminal.Terminal,
  width: number
): ReadonlyArray<string> => [...modesOf(way, terminal, width), "", ...escalations(way, spec, terminal, width)]
