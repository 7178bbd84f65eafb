import type { RehearsalReport } from "@ebb/sim/report/RehearsalReport"
import * as Verdict from "@ebb/sim/report/Verdict"
import * as Format from "@ebb/text/Format"
import { type Escalation, type EscalationPoint, gainsNothing } from "./Escalation.ts"

/** One line of a table. */
export interface Row {
  readonly label: string
  readonly cells: ReadonlyArray<string>
  /** Whether it is the one that is advised. */
  readonly isAdvised: boolean
}

export const waysHeads = ["failed", "p99 during", "below capacity", "cost"]

/** The ways side by side. */
export const ways = (compared: Pick<RehearsalReport, "advice" | "modes">): ReadonlyArray<Row> =>
  Verdict.numbers(compared).map(({ belowCapacity, cost, failed, isAdvised, mode, p99 }) => ({
    label: mode,
    cells: [failed, p99, belowCapacity, cost],
    isAdvised
  }))

/** How long old runners were still there, all together. */
export const held = ({ heldRunnerSeconds }: EscalationPoint): string => Format.duration(heldRunnerSeconds.mean * 1000)

const hasCost = ({ curve }: Escalation): boolean => curve.some(({ cost }) => cost !== null)

export const escalationHeads = (escalation: Escalation): ReadonlyArray<string> => [
  "cut",
  "work lost",
  "runners held",
  "recovery",
  ...(hasCost(escalation) ? ["costs"] : [])
]

/** What it saves and costs to force a graceful rollout after so long. */
export const escalations = (escalation: Escalation, currency: string): ReadonlyArray<Row> =>
  escalation.curve.map((point) => ({
    label: Format.span(point.seconds * 1000),
    cells: [
      Format.count(point.errors),
      Format.duration(point.lostWorkSeconds.mean * 1000),
      held(point),
      point.recoveryMs === null ? "never" : Format.durationOf(point.recoveryMs),
      ...(hasCost(escalation) ? [Format.moneyOf(point.cost, currency)] : [])
    ],
    isAdvised:
      point.seconds === escalation.seconds && (escalation.because !== "knee" || !gainsNothing(escalation, point))
  }))
