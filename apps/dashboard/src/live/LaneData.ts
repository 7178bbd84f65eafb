import type { LaneData } from "./Lane.ts"
import type { MeasureName, Series } from "@ebb/protocol/live/Series"
import type { Span } from "./TimeAxis.ts"

/** The first moment from which on a chart needs the numbers: the last one before its time, too. */
const firstIn = (atMs: ReadonlyArray<number>, fromMs: number): number => {
  let low = 0
  let high = atMs.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (atMs[middle]! < fromMs) low = middle + 1
    else high = middle
  }
  return Math.max(0, low - 1)
}

/** Measures as they stood over a time; `isLive`: what was last known still holds at its end. */
export const steps = (series: Series, names: ReadonlyArray<MeasureName>, span: Span, isLive: boolean): LaneData => {
  const from = firstIn(series.atMs, span.fromMs)
  const atMs = series.atMs.slice(from)
  const columns = names.map((name) => series.columns[name].slice(from))
  const last = atMs.at(-1)
  if (!isLive || last === undefined || last >= span.toMs) return { atMs, columns }
  return { atMs: [...atMs, span.toMs], columns: columns.map((column) => [...column, column.at(-1) ?? null]) }
}

const bars = 60

/** How much a total rose in each of 60 parts of a time. A total that falls began again at 0. */
export const rises = (series: Series, name: MeasureName, span: Span): LaneData => {
  const stepMs = (span.toMs - span.fromMs) / bars
  // Parts begin at round moments, so that bars keep their height while they wander to the left.
  const beginMs = Math.floor(span.fromMs / stepMs) * stepMs
  const atMs = Array.from({ length: bars + 1 }, (_, part) => beginMs + part * stepMs)
  const sums = atMs.map(() => 0)
  const column = series.columns[name]
  let before: number | null = null
  for (let at = 0; at < column.length; at++) {
    const value = column[at]
    if (value === null || value === undefined) continue
    const rise: number = before === null ? 0 : value >= before ? value - before : value
    before = value
    const part = Math.floor((series.atMs[at]! - beginMs) / stepMs)
    if (rise > 0 && part >= 0 && part <= bars) sums[part]! += rise
  }
  return { atMs, columns: [sums] }
}
