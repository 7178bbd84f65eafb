import Papa from "papaparse"
import { RowError } from "./RowError.ts"
import type { Feed, Taker } from "./Feed.ts"
import { indexIn } from "./Columns.ts"

interface Parsed {
  readonly data: ReadonlyArray<ReadonlyArray<string>>
  readonly errors: ReadonlyArray<Papa.ParseError>
  readonly meta: { readonly cursor: number }
}

const delimiters = [",", ";", "\t", "|"] as const

/** The delimiter that the header has most of. */
const delimiterOf = (header: string): string =>
  delimiters.reduce((best, each) => (header.split(each).length > header.split(best).length ? each : best))

const linesIn = (text: string): number => {
  let lines = 0
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) lines++
  return lines
}

/** Rows of a CSV file with a header; LF or CRLF, with or without a last line end, quotes and a byte order mark allowed. */
export class CsvRows implements Feed {
  private parser: Papa.Parser | null = null
  private rest = ""
  private names: ReadonlyArray<string> | null = null
  private picked: ReadonlyArray<number> = []
  /** Lines before `rest`. */
  private lines = 0
  private rows = 0
  /** The rows of the piece at hand, and the one that is being taken. */
  private data: Parsed["data"] = []
  private index = 0
  private readonly line = (): number => this.lineOf(this.data, this.index)
  /** The line of an empty row: fine at the end of a file, wrong before another row. */
  private blankLine: number | null = null
  private readonly taker: Taker

  constructor(taker: Taker) {
    this.taker = taker
  }

  push(text: string): boolean {
    this.rest = this.parser === null ? this.begun(this.rest + text) : this.rest + text
    // Lone returns end lines too; one at the end of a piece may be half of a line end.
    if (this.rest.endsWith("\r")) return true
    return this.parser === null || this.parse(true)
  }

  end(): void {
    this.begin(this.rest)
    if (!this.parse(false)) return
    if (this.names === null) throw new RowError(1, "is empty: a header and at least one row are needed")
    if (this.rows === 0) throw new RowError(2, "has a header but no rows")
  }

  /** The text, its byte order mark gone; the parser is made when the whole header is there. */
  private begun(text: string): string {
    const plain = text.replace(/^\uFEFF/u, "")
    if (/[\n\r]./su.test(plain)) this.begin(plain)
    return plain
  }

  private begin(text: string): void {
    const [header = ""] = text.split(/[\n\r]/u, 1)
    this.parser ??= new Papa.Parser({ delimiter: delimiterOf(header), newline: "\n" })
  }

  private parse(isMore: boolean): boolean {
    const text = withoutLoneReturns(this.rest)
    const parsed = this.parser!.parse(text, 0, isMore) as Parsed
    const used = isMore ? parsed.meta.cursor : text.length
    const [error] = parsed.errors
    if (error !== undefined) throw this.broken(error, parsed, text)
    const goesOn = this.each(parsed.data)
    this.lines += linesIn(text.slice(0, used))
    this.rest = text.slice(used)
    return goesOn
  }

  private each(data: Parsed["data"]): boolean {
    this.data = data
    for (this.index = 0; this.index < data.length; this.index++) {
      const row = data[this.index]!
      if (row.length === 1 && row[0]!.trim() === "") this.blankLine ??= this.line()
      else if (!this.one(row)) return false
    }
    return true
  }

  private one(row: ReadonlyArray<string>): boolean {
    const { names } = this
    if (names === null) return this.header(row)
    if (this.blankLine !== null)
      throw new RowError(this.blankLine, "is empty; only the end of the file may have empty lines")
    if (row.length !== names.length) throw new RowError(this.line(), fields(names.length, row.length))
    this.rows++
    const values: Array<string> = []
    for (const at of this.picked) values.push(row[at]!.trim())
    return this.taker.row(values, this.line)
  }

  private header(row: ReadonlyArray<string>): true {
    const names = row.map((name) => name.trim())
    this.names = names
    this.picked = this.taker.columns(names).map((name) => indexIn(names, name))
    return true
  }

  /** The line that a row ends in, which is not its number where quoted fields have line ends of their own. */
  private lineOf(data: Parsed["data"], index: number): number {
    const within = (row: ReadonlyArray<string>) => row.reduce((sum, field) => sum + linesIn(field), 0)
    return data.slice(0, index + 1).reduce((sum, row) => sum + 1 + within(row), this.lines)
  }

  private broken(error: Papa.ParseError, parsed: Parsed, text: string): RowError {
    if (error.code === "MissingQuotes") {
      return new RowError(this.lines + openQuote(text), "opens a quotation mark that is never closed")
    }
    return new RowError(this.lineOf(parsed.data, error.row ?? 0), `is not a CSV row like the others: ${error.message}`)
  }
}

const withoutLoneReturns = (text: string): string => (text.includes("\r") ? text.replaceAll(/\r(?!\n)/gu, "\n") : text)

const fields = (wanted: number, has: number): string =>
  `must have as many fields as the header (${wanted}), but has ${has}`

/** The last line from which on the number of quotation marks stays odd. */
const openQuote = (text: string): number => {
  let opened = 0
  text.split("\n").forEach((line, index) => {
    if (line.split('"').length % 2 === 1) return
    opened = opened === 0 ? index + 1 : 0
  })
  return Math.max(1, opened)
}
