import { parse } from "csv-parse/browser/esm/sync"
import { msPer, type Unit } from "./Duration.ts"

/** What is wrong in a trace, and in which line of the file. */
export class TraceError extends Error {
  readonly line: number

  constructor(line: number, problem: string) {
    super(problem)
    this.line = line
  }
}

/** A CSV file with a header: its columns by name; `line` of the first row is 2. */
export interface Table {
  readonly header: ReadonlyArray<string>
  readonly rows: ReadonlyArray<ReadonlyArray<string>>
}

/** Reads a CSV text with LF or CRLF, with or without a last newline. */
export const read = (text: string): Table => {
  const [header, ...rows] = rowsOf(text)
  if (header === undefined) throw new TraceError(1, "is empty: a header and at least one row are needed")
  if (rows.length === 0) throw new TraceError(2, "has a header but no rows")
  return { header, rows }
}

const rowsOf = (text: string): ReadonlyArray<ReadonlyArray<string>> => {
  try {
    return parse(text, { bom: true, trim: true })
  } catch (error) {
    const line = error instanceof Error && "lines" in error ? Number(error.lines) : 1
    throw new TraceError(line, `is not a CSV row like the others: ${error instanceof Error ? error.message : error}`)
  }
}

const columnOf = (table: Table, name: string): number => {
  const at = table.header.indexOf(name)
  if (at < 0) throw new TraceError(1, `has no column ${name}; it has ${table.header.join(", ")}`)
  return at
}

/** A column of numbers, not negative. */
export const numbers = (table: Table, name: string): Float64Array => {
  const at = columnOf(table, name)
  return Float64Array.from(table.rows, (row, index) => numberIn(row[at]!, name, index + 2))
}

const numberIn = (text: string, name: string, line: number): number => {
  const value = text === "" ? NaN : Number(text)
  if (!(value >= 0 && value < Infinity)) throw new TraceError(line, `${name} must be a number from 0 on, got "${text}"`)
  return value
}

/** A column of times in milliseconds after that of the first row; they must not fall. */
export const times = (table: Table, name: string, unit: Unit): Float64Array => {
  const at = columnOf(table, name)
  const values = Float64Array.from(table.rows, (row, index) => timeIn(row[at]!, name, unit, index + 2))
  const first = values[0]!
  return values.map((value, index) => {
    if (index === 0 || value >= values[index - 1]!) return value - first
    throw new TraceError(index + 2, `${name} is earlier than in the line before; sort the rows by time`)
  })
}

const timePattern = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?(Z|[+-]\d{2}:\d{2})?$/

const timeIn = (text: string, name: string, unit: Unit, line: number): number => {
  const [, day, clock, fraction, zone] = timePattern.exec(text) ?? []
  if (day !== undefined) {
    const wholeMs = Date.parse(`${day}T${clock}${zone ?? "Z"}`)
    if (!Number.isNaN(wholeMs)) return wholeMs + Number(`0.${fraction ?? 0}`) * 1000
  } else if (text !== "" && Number.isFinite(Number(text))) return Number(text) * msPer(unit)
  throw new TraceError(line, `${name} must be a time such as 2023-11-16 18:17:03.9799600 or a number, got "${text}"`)
}
