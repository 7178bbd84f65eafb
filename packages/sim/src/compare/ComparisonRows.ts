import * as Format from "@ebb/text/Format"
import { format } from "../measure/MeasureFormat.ts"
import type { Estimate } from "../measure/Statistics.ts"
import type { Comparison, MeasureComparison } from "./Comparison.ts"

/** One measure as a line of a table. */
export interface Row {
  readonly label: string
  readonly here: string
  readonly there: string
  /** The difference with its interval, or why there is none. */
  readonly difference: string
  readonly isDifferent: boolean
}

/** The lines of one mode. */
export interface ModeRows {
  readonly mode: string
  /** Of the mode as a whole; empty where its lines say it. */
  readonly difference: string
  readonly rows: ReadonlyArray<Row>
}

type Mode = Comparison["modes"][number]

const sideOf = ({ unit }: MeasureComparison, value: Estimate | null, currency: string): string =>
  value === null ? Format.none : format(unit, value, currency)

/** An amount without a sign and without an interval. */
const sizeOf = ({ unit }: MeasureComparison, size: number, currency: string): string =>
  format(unit, { mean: size, low: size, high: size, n: 1 }, currency)

/** `12 ± 2.1`, without a sign: the digits do not depend on it. */
export const sizeWithInterval = ({ unit }: MeasureComparison, difference: Estimate, currency: string): string => {
  const { high, low, mean, n } = difference
  const half = (high - low) / 2
  const size = Math.abs(mean)
  return format(unit, { mean: size, low: size - half, high: size + half, n }, currency)
}

const signed = (measure: MeasureComparison, difference: Estimate, currency: string): string => {
  const sign = difference.mean < 0 ? "-" : difference.mean > 0 ? "+" : ""
  return sign + sizeWithInterval(measure, difference, currency)
}

/** What is said where every run gives the same on both sides. */
export const identical = "identical"

/** What the words of a row mean. */
export const legend =
  "A difference is the mean over pairs of runs with the same seed, here minus there, ± half its 95 % interval. Where that interval " +
  "includes 0 there is no difference to be seen: one larger than the size given would have shown in at least four of five such " +
  "comparisons. Of twenty measures that are the same, about one looks different by chance."

const isSame = ({ difference }: MeasureComparison): boolean =>
  difference !== null && difference.low === 0 && difference.high === 0

const unseen = (measure: MeasureComparison, currency: string): string => {
  if (isSame(measure)) return identical
  return `none above ${sizeOf(measure, measure.detectable ?? 0, currency)}`
}

/** What is said of the difference. */
export const differenceText = (measure: MeasureComparison, currency: string): string => {
  const { difference, verdict } = measure
  if (difference === null) return "nothing to compare"
  if (verdict === "difference") return signed(measure, difference, currency)
  if (verdict === "no difference") return unseen(measure, currency)
  return "too few runs"
}

const row = (measure: MeasureComparison, currency: string): Row => ({
  label: measure.label,
  here: sideOf(measure, measure.here, currency),
  there: sideOf(measure, measure.there, currency),
  difference: differenceText(measure, currency),
  isDifferent: measure.verdict === "difference"
})

const isNothing = ({ here, there }: MeasureComparison): boolean =>
  (here === null || here.mean === 0) && (there === null || there.mean === 0)

const errorType = "errorsByType."

/** What another line says already: requests that did not fail completed, time billed is money, one type of error is all of them. */
const isSaidAlready = ({ measure }: MeasureComparison, { measures }: Mode): boolean =>
  measure === "requests.completed" ||
  measure === "runnerSeconds.billable" ||
  (measure.startsWith(errorType) && measures.filter((one) => one.measure.startsWith(errorType)).length === 1)

/** What is worth a line at once: what differs, and the measures that people ask for. */
const isWorthALine = (measure: MeasureComparison, mode: Mode): boolean =>
  (measure.verdict === "difference" && !isSaidAlready(measure, mode)) || (measure.headline && !isNothing(measure))

const isSameMode = (measures: ReadonlyArray<MeasureComparison>): boolean =>
  measures.some(({ verdict }) => verdict === "no difference") &&
  measures.every((measure) => isSame(measure) || measure.difference === null)

const modeRows = ({ measures, mode }: Mode, currency: string, shown: ReadonlyArray<MeasureComparison>): ModeRows => ({
  mode,
  difference: isSameMode(measures) ? identical : "",
  rows: shown.map((measure) => row(measure, currency))
})

/** The lines that answer the question; a mode in which nothing differs has none. */
export const short = ({ currency, modes }: Comparison): ReadonlyArray<ModeRows> =>
  modes.map((mode) => {
    const all = modeRows(
      mode,
      currency,
      mode.measures.filter((measure) => isWorthALine(measure, mode))
    )
    return all.difference === "" ? all : { ...all, rows: [] }
  })

/** Every measure that has a value other than 0 on either side. */
export const full = ({ currency, modes }: Comparison): ReadonlyArray<ModeRows> =>
  modes.map((mode) =>
    modeRows(
      mode,
      currency,
      mode.measures.filter((measure) => !isNothing(measure))
    )
  )
