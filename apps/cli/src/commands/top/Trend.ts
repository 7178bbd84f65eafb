import type { MeasureName, Series } from "@ebb/protocol/live/Series"
import type { Terminal } from "../../kit/Terminal.ts"
import * as Sparkline from "../../kit/Sparkline.ts"

/** How far back the strips go. */
export const windowMs = 5 * 60_000

type Value = number | null

/** What of a part of time is shown: its least or greatest value, or by how much a counter rose in it. */
type Pick = "least" | "greatest" | "rise"

const pickOf: Readonly<Record<MeasureName, Pick>> = {
  inFlight: "greatest",
  waiting: "greatest",
  slotsReady: "least",
  p50Ms: "greatest",
  p99Ms: "greatest",
  errored: "rise"
}

const picked = (values: ReadonlyArray<Value>, pick: Pick): Value => {
  const known = values.filter((value) => value !== null)
  const last = known.at(-1)
  if (last === undefined) return null
  if (pick === "rise") return Math.max(0, last - known[0]!)
  return pick === "least" ? Math.min(...known) : Math.max(...known)
}

/** A measure in `cells` parts of the window that ends at `nowMs`; null where nothing is known. A value holds until the next. */
export const cellsOf = (series: Series, name: MeasureName, nowMs: number, cells: number): ReadonlyArray<Value> => {
  const column = series.columns[name]
  const fromMs = nowMs - windowMs
  let at = 0
  let held: Value = null
  const takeUntil = (endMs: number): Array<Value> => {
    const values = [held]
    while (at < series.atMs.length && series.atMs[at]! < endMs) {
      held = column[at++] ?? null
      values.push(held)
    }
    return values
  }
  takeUntil(fromMs)
  // The last part takes what is known now, whatever its clock says.
  const ends = Array.from({ length: cells }, (_, cell) =>
    cell + 1 === cells ? Infinity : fromMs + ((cell + 1) * windowMs) / cells
  )
  return ends.map((endMs) => picked(takeUntil(endMs), pickOf[name]))
}

/** The greatest value in the window, be it of an instant that no part shows because it shows its least. */
const greatestIn = ({ atMs, columns }: Series, name: MeasureName, fromMs: number): number =>
  columns[name].reduce<number>(
    // A value holds until the next, so the last one before the window is of it.
    (most, value, at) => ((atMs[at + 1] ?? Infinity) > fromMs ? Math.max(most, value ?? 0) : most),
    0
  )

/** The parts as one character each, blank where nothing is known, and the extreme that was met. */
export const strip = (series: Series, name: MeasureName, nowMs: number, cells: number, { unicode }: Terminal) => {
  const values = cellsOf(series, name, nowMs, cells)
  const known = values.filter((value) => value !== null)
  const greatest = pickOf[name] === "least" ? greatestIn(series, name, nowMs - windowMs) : Math.max(0, ...known)
  const marks = values.map((value) => (value === null ? " " : Sparkline.line([value], greatest, unicode)))
  return {
    text: marks.join(""),
    least: Math.min(...known),
    greatest,
    sum: known.reduce((sum, value) => sum + value, 0)
  }
}
