import type { Calibration, Unchecked } from "@ebb/evidence/calibrate/Calibration"
import type { CheckedAssertion } from "@ebb/evidence/calibrate/CalibrationAssertion"
import type { CheckedMeasure, Unit } from "@ebb/evidence/calibrate/Checked"
import * as Format from "@ebb/text/Format"
import { wrap } from "@ebb/text/Wrap"
import { folded, widthOf } from "../../evidence/FoldedText.ts"
import * as Table from "../../kit/Table.ts"
import type * as Terminal from "../../kit/Terminal.ts"

const number = (value: number): string =>
  Math.abs(value) >= 100 ? Format.integer(value) : String(Number(value.toPrecision(3)))

const shown: Readonly<Record<Unit, (value: number) => string>> = {
  ms: Format.duration,
  requests: number,
  runners: number,
  "1/s": (value) => `${number(value)}/s`,
  share: (value) => `${(value * 100).toFixed(2)} %`
}

const percent = (value: number | null): string => {
  if (value === null) return Format.none
  return Math.abs(value) < 0.05 ? "0.0 %" : `${value > 0 ? "+" : ""}${value.toFixed(1)} %`
}

/** A row of the table. */
export const cells = ({
  errorPercent,
  inside,
  measure,
  n,
  predicted,
  seen,
  unit
}: CheckedMeasure): ReadonlyArray<string> => {
  const show = shown[unit]
  return [
    measure,
    show(seen),
    show(predicted.mean),
    `${show(predicted.low)} to ${show(predicted.high)}`,
    percent(errorPercent),
    Format.integer(n),
    inside ? "inside" : "outside"
  ]
}

const columns: ReadonlyArray<Table.Column> = [
  { header: "Measure", keep: true },
  { header: "Seen", align: "right", keep: true },
  { header: "Predicted", align: "right", keep: true },
  { header: "95 % of runs", align: "right", keep: true },
  { header: "Error", align: "right", keep: true },
  { header: "n", align: "right", keep: true },
  { header: "Verdict", keep: true }
]

/** The columns of the table. */
export const headers: ReadonlyArray<string> = columns.map(({ header }) => header)

const unchecked = ({ measure, why }: Unchecked): string => `${measure}: ${why}`

const stability = ({ stable }: Calibration): ReadonlyArray<string> =>
  stable.verdict === "stable"
    ? []
    : [
        `Saturated: from ${Format.duration(stable.sinceMs!)} of the checked part on the line never emptied in any run; latencies then only say how long the run was.`
      ]

/** The answer, and what it rests on. */
export const lead = (calibration: Calibration): ReadonlyArray<string> => {
  const { measures, split } = calibration
  const inside = measures.filter((measure) => measure.inside).length
  return [
    `${inside} of ${Format.counted(measures.length, "measure")} lie where the spec predicts them.`,
    ...stability(calibration),
    `Fitted on ${Format.counted(split.fitted, "request")} before ${split.checkedFrom}, checked on the ${Format.integer(split.checked)} from then on.`
  ]
}

/** What the prediction was given, in sentences. */
export const basis = ({ basis, replayed }: Calibration): ReadonlyArray<string> => [
  ...basis.map((line) => `${line[0]!.toUpperCase()}${line.slice(1)}.`),
  ...(replayed === null ? [] : [oneByOne(replayed)])
]

const oneByOne = ({ biasPercent, errorPercent, n }: NonNullable<Calibration["replayed"]>): string => {
  const slant =
    Math.abs(biasPercent) < 0.05
      ? "neither too slow nor too fast"
      : `${Math.abs(biasPercent).toFixed(1)} % too ${biasPercent > 0 ? "slow" : "fast"} on average`
  return `One by one, each of ${Format.integer(n)} requests with its own time of work: latency off by ${errorPercent.toFixed(1)} %, ${slant}.`
}

/** What came of a calibration, the answer first. */
export const render = (calibration: Calibration, to: Terminal.Terminal): string => {
  const width = widthOf(to)
  const sentences = (all: ReadonlyArray<string>) => all.flatMap((each) => wrap(each, width))
  const missing = calibration.unchecked.map(unchecked).flatMap((each) => folded(each, "  ", width))
  const lines = (all: ReadonlyArray<string>): string => all.map((line) => `${line}\n`).join("")
  return [
    lines([...sentences(lead(calibration)), ""]),
    Table.render(columns, calibration.measures.map(cells), to),
    lines(["", ...sentences(basis(calibration))]),
    missing.length === 0 ? "" : lines(["", "Not checked", ...missing])
  ].join("")
}

export const assertion = ({ actual, text }: CheckedAssertion): string =>
  actual === null ? `${text}: there is no value` : `${text}: it is ${number(actual)}`
