import { RowError, shown } from "@ebb/rows/RowError"
import type { Feed, Value } from "@ebb/rows/Feed"
import { indexIn, listed } from "@ebb/rows/Columns"
import { Rows } from "@ebb/rows/Rows"
import { DateReader, numberOf } from "@ebb/rows/Time"
import { msPer, type Unit } from "@ebb/text/Duration"
import { NumberList } from "@ebb/rows/NumberList"
import { knownTrace } from "./TraceFormats.ts"

/** How the arrivals of a trace are read off its columns. */
export interface TraceTimes {
  /** The column of times; left out, the file is one of the public traces that are known by their columns. */
  readonly timestamp?: string
  /** Of bare numbers; s. */
  readonly unit?: Unit
  /** The column, in `unit`, by which the arrival lies before the time, where that is the time of the end. */
  readonly duration?: string
  /** Whether rows that are not in order of time are put in order. */
  readonly sort?: boolean
}

/** What is wanted of a file of rows. */
export interface Wanted {
  /** Null: no times, and every row. */
  readonly times: TraceTimes | null
  /** Columns of numbers, not negative. */
  readonly columns: ReadonlyArray<string>
  /** Rows that arrive from here on, after the first, are not wanted. */
  readonly untilMs: number
}

/** What a file gave: one entry a row; where no times were wanted, one a row that has a value. */
export interface Columns {
  /** Milliseconds after the first arrival, in order; empty where no times were wanted. */
  readonly timesMs: Float64Array
  readonly values: ReadonlyMap<string, Float64Array>
}

/**
 * Reads what is wanted of a trace while its text comes: CSV with a header, or JSON Lines. Rows in order are read only as
 * far as they are wanted. Throws a RowError.
 */
export class TraceReader implements Feed {
  private readonly rows: Rows
  private readonly wanted: Wanted
  private readonly timesMs = new NumberList()
  private readonly values: ReadonlyArray<NumberList>
  private times: Required<TraceTimes> | null = null
  private clock: Clock | null = null

  constructor(wanted: Wanted) {
    this.wanted = wanted
    this.values = wanted.columns.map(() => new NumberList())
    this.rows = new Rows({ columns: (names) => this.begin(names), row: (values, line) => this.add(values, line) })
  }

  push(text: string): boolean {
    return this.rows.push(text)
  }

  end(): void {
    this.rows.end()
    const empty = this.wanted.columns.find((_, index) => this.values[index]!.length === 0)
    if (this.wanted.times === null && empty !== undefined) throw new RowError(2, `${empty} is empty in every row`)
  }

  private begin(names: ReadonlyArray<string>): ReadonlyArray<string> {
    const { columns, times } = this.wanted
    if (times !== null)
      this.times = { duration: "", sort: times.duration !== undefined, unit: "s", ...timesIn(names, times) }
    const own = this.times === null ? [] : [this.times.timestamp, this.times.duration].filter((name) => name !== "")
    for (const name of [...own, ...columns]) indexIn(names, name)
    return [...own, ...columns]
  }

  private add(row: ReadonlyArray<Value>, line: () => number): boolean {
    const { times } = this
    const offset = times === null ? 0 : times.duration === "" ? 1 : 2
    if (times !== null && !this.arrive(row, times, line)) return false
    this.values.forEach((list, index) => {
      const value = row[offset + index]
      // Beside no times, a column is a sample: a row need not have a value.
      if (times === null && (value === "" || value === null)) return
      list.push(positive(value, this.wanted.columns[index]!, line))
    })
    return true
  }

  /** Notes the arrival of a row; false when it is too late to be wanted. */
  private arrive(
    row: ReadonlyArray<Value>,
    { duration, sort, timestamp, unit }: Required<TraceTimes>,
    line: () => number
  ) {
    this.clock ??= clockFor(row[0], unit)
    let ms = this.clock.read(row[0])
    if (!Number.isFinite(ms)) throw new RowError(line(), notATime(timestamp, row[0], this.clock))
    if (duration !== "") ms -= positive(row[1], duration, line) * msPer(unit)
    const { timesMs } = this
    if (!sort && timesMs.length > 0) {
      if (ms < timesMs.last) throw new RowError(line(), unsorted(timestamp))
      if (ms - timesMs.first >= this.wanted.untilMs) return false
    }
    timesMs.push(ms)
    return true
  }

  /** What was read; when the text is at its end or no more was wanted. */
  columns(): Columns {
    const values = this.values.map((list) => list.toArray())
    const timesMs = this.timesMs.toArray()
    const order = this.times?.sort === true ? this.inOrder(timesMs) : null
    const pick = (of: Float64Array): Float64Array => (order === null ? of : Float64Array.from(order, (at) => of[at]!))
    const sorted = pick(timesMs)
    const firstMs = sorted[0] ?? 0
    return {
      timesMs: sorted.map((ms) => ms - firstMs),
      values: new Map(this.wanted.columns.map((name, index) => [name, pick(values[index]!)]))
    }
  }

  /** The rows that are wanted in order of their time; equal ones as they stand. */
  private inOrder(timesMs: Float64Array): Uint32Array {
    const order = Uint32Array.from(timesMs, (_, index) => index).sort((a, b) => timesMs[a]! - timesMs[b]! || a - b)
    const firstMs = timesMs[order[0]!] ?? 0
    const end = order.findIndex((at) => timesMs[at]! - firstMs >= this.wanted.untilMs)
    return end < 0 ? order : order.slice(0, end)
  }
}

const timesIn = (names: ReadonlyArray<string>, times: TraceTimes): TraceTimes & { readonly timestamp: string } => {
  if (times.timestamp !== undefined) return { ...times, timestamp: times.timestamp }
  const known = knownTrace(names)
  if (known !== null) return { ...known.times, ...times, timestamp: known.times.timestamp }
  throw new RowError(
    1,
    `is no trace that is known by its columns (${listed(names)}); name the one of the times with timestamp`
  )
}

const positive = (field: Value, name: string, line: () => number): number => {
  const value = numberOf(field)
  if (value >= 0 && value < Infinity) return value
  throw new RowError(line(), `${name} must be a number from 0 on, got ${quoted(field)}`)
}

/** How the times of a file are written. */
interface Clock {
  readonly expected: string
  readonly read: (value: Value) => number
}

/** Numbers where the first is one, else dates. */
const clockFor = (first: Value, unit: Unit): Clock => {
  if (Number.isFinite(numberOf(first))) {
    return { expected: "a number as in the first row", read: (value) => numberOf(value) * msPer(unit) }
  }
  const dates = new DateReader()
  return { expected: "a time such as 2023-11-16 18:17:03.9799600", read: (value) => dates.read(value) }
}

const unsorted = (name: string): string =>
  `${name} is earlier than in the line before; sort the rows by time, or set sort: true in the trace`

const notATime = (name: string, value: Value, { expected }: Clock): string =>
  `${name} must be ${expected}, got ${quoted(value)}`

const quoted = (value: Value): string => (value === undefined ? "nothing" : `"${shown(value)}"`)
