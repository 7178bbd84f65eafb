import { CsvError, parse } from "csv-parse/browser/esm/sync"
import { msPer, type Unit } from "@ebb/text/Duration"
import { shown } from "../spec/SpecProblem.ts"

/** What is wrong in a trace, and in which line of the file. */
export class TraceError extends Error {
  readonly line: number

  constructor(line: number, problem: string) {
    super(problem)
    this.line = line
  }
}

/** A CSV file with a header: its columns by name. */
export interface Table {
  readonly header: ReadonlyArray<string>
  readonly rows: ReadonlyArray<ReadonlyArray<string>>
  /** The line of the file that a row ends in, which is not its number where quoted fields have line ends of their own. */
  readonly lineOf: (row: number) => number
}

/** Line ends are named, since those of a file that was edited elsewhere may be of both kinds. */
const format = { bom: true, trim: true, record_delimiter: ["\r\n", "\n", "\r"] }

/** Reads a CSV text with LF or CRLF, with or without a last newline. */
export const read = (text: string): Table => {
  const [header, ...rows] = rowsOf(text)
  if (header === undefined) throw new TraceError(1, "is empty: a header and at least one row are needed")
  if (rows.length === 0) throw new TraceError(2, "has a header but no rows")
  return { header, rows, lineOf: (row) => lineOf(text, row) }
}

const rowsOf = (text: string): ReadonlyArray<ReadonlyArray<string>> => {
  try {
    return parse(text.trimEnd(), format)
  } catch (error) {
    throw error instanceof CsvError ? brokenRow(error, text) : error
  }
}

/** Read again only for an error: the parser is slower when it counts lines for every row. */
const lineOf = (text: string, row: number): number => {
  const ends: Array<number> = []
  parse(text.trimEnd(), {
    ...format,
    to: row + 2,
    on_record: (record, { lines }) => (ends.push(lines), record)
  })
  return ends[row + 1]!
}

const brokenRow = (error: CsvError, text: string): TraceError => {
  if (error.code === "CSV_QUOTE_NOT_CLOSED") {
    return new TraceError(openQuote(text), "opens a quotation mark that is never closed")
  }
  const fields = Array.isArray(error.record) ? error.record.length : 0
  const problem =
    error.code === "CSV_RECORD_INCONSISTENT_FIELDS_LENGTH"
      ? `must have as many fields as the header, but has ${fields}`
      : `is not a CSV row like the others: ${error.message}`
  return new TraceError(Number(error.lines ?? 1), problem)
}

/** The last line from which on the number of quotation marks stays odd. */
const openQuote = (text: string): number => {
  let opened = 0
  text.split("\n").forEach((line, index) => {
    if (line.split('"').length % 2 === 1) return
    opened = opened === 0 ? index + 1 : 0
  })
  return Math.max(1, opened)
}

const columnOf = (table: Table, name: string): number => {
  const at = table.header.indexOf(name)
  if (at < 0) throw new TraceError(1, `has no column ${name}; it has ${table.header.join(", ")}`)
  if (table.header.lastIndexOf(name) !== at) throw new TraceError(1, `has more than one column ${name}`)
  return at
}

/** A column of numbers, not negative. */
export const numbers = (table: Table, name: string): Float64Array => {
  const at = columnOf(table, name)
  return Float64Array.from(table.rows, (row, index) => numberIn(row[at]!, name, () => table.lineOf(index)))
}

const numberIn = (text: string, name: string, line: () => number): number => {
  const value = text === "" ? NaN : Number(text)
  if (!(value >= 0 && value < Infinity))
    throw new TraceError(line(), `${name} must be a number from 0 on, got "${shown(text)}"`)
  return value
}

/** A column of times in milliseconds after that of the first row; they must not fall. */
export const times = (table: Table, name: string, unit: Unit): Float64Array => {
  const at = columnOf(table, name)
  const read = isNumber(table.rows[0]![at]!) ? numberOfMs(unit) : dateMs
  const values = Float64Array.from(table.rows, (row, index) => {
    const value = read(row[at]!)
    if (!Number.isFinite(value)) throw new TraceError(table.lineOf(index), notATime(name, row[at]!, read === dateMs))
    return value
  })
  const first = values[0]!
  return values.map((value, index) => {
    if (index === 0 || value >= values[index - 1]!) return value - first
    throw new TraceError(table.lineOf(index), `${name} is earlier than in the line before; sort the rows by time`)
  })
}

const notATime = (name: string, text: string, isDate: boolean): string =>
  `${name} must be ${isDate ? "a time such as 2023-11-16 18:17:03.9799600" : "a number as in the first row"}, got "${shown(text)}"`

const isNumber = (text: string): boolean => text !== "" && Number.isFinite(Number(text))

const numberOfMs = (unit: Unit) => (text: string) => (isNumber(text) ? Number(text) * msPer(unit) : NaN)

const timePattern = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2})(?:\.(\d{1,9}))?(Z|[+-]\d{2}:\d{2})?$/

/** NaN when it is no time. */
const dateMs = (text: string): number => {
  const [, day, clock, fraction = "0", zone = "Z"] = timePattern.exec(text) ?? []
  return day === undefined ? NaN : Date.parse(`${day}T${clock}${zone}`) + Number(`0.${fraction}`) * 1000
}
