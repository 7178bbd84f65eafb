import * as TableLayout from "./TableLayout.ts"
import * as Terminal from "./Terminal.ts"
import { printable } from "./Text.ts"
import { wrap } from "@ebb/text/Wrap"

/** A column: its header, of up to two lines, and how its cells stand. */
export interface Column {
  readonly header: string
  readonly align?: TableLayout.Align
  /** Never wrapped nor cut. */
  readonly keep?: boolean
  /** Ids, of which a narrow terminal shows the first characters. */
  readonly id?: boolean
  /** Which columns a narrow terminal leaves out first: the highest; none without it. */
  readonly rank?: number
  /** The part of a cell that stands back. */
  readonly dim?: RegExp
}

type Cells = ReadonlyArray<string>

/** A rule as left end, line, joint and right end; the bars between the cells. */
interface Frame {
  readonly top: string
  readonly headBar: string
  readonly underHead: string
  readonly bar: string
  readonly foot: string
}

const heavy: Frame = { top: "┏━┳┓", headBar: "┃", underHead: "┡━╇┩", bar: "│", foot: "└─┴┘" }
const light: Frame = { ...heavy, top: "┌─┬┐" }
const ascii: Frame = { top: "+--+", headBar: "|", underHead: "|-+|", bar: "|", foot: "+--+" }

const rule = (pattern: string, widths: ReadonlyArray<number>): string => {
  const [left = "", fill = "", joint = "", right = ""] = [...pattern]
  return left + widths.map((width) => fill.repeat(width + 2)).join(joint) + right
}

/** The lines of one row; cells of fewer lines stand at the top, or for headers at the bottom. */
const rowLines = (
  cells: ReadonlyArray<Cells>,
  bar: string,
  style: (text: string, column: number, line: number) => string,
  stands: "top" | "bottom" = "top"
): ReadonlyArray<string> => {
  const height = Math.max(1, ...cells.map((cell) => cell.length))
  return Array.from({ length: height }, (_, line) => {
    const texts = cells.map((cell, at) =>
      style(cell[stands === "top" ? line : line - (height - cell.length)] ?? "", at, line)
    )
    return `${bar} ${texts.join(` ${bar} `)} ${bar}`
  })
}

const head = (columns: ReadonlyArray<Column>, widths: ReadonlyArray<number>, frame: Frame, to: Terminal.Terminal) => {
  const cells = columns.map(({ header }, at) =>
    header.split("\n").flatMap((line) => TableLayout.broken(line, widths[at]!))
  )
  const style = (text: string, at: number) =>
    Terminal.paint(to, "bold", TableLayout.pad(text, widths[at]!, columns[at]!.align))
  return [rule(frame.top, widths), ...rowLines(cells, frame.headBar, style, "bottom"), rule(frame.underHead, widths)]
}

/** The sentence about what a narrow terminal has no room for. */
const missing = (columns: ReadonlyArray<Column>, shown: ReadonlyArray<number>, room: number): ReadonlyArray<string> => {
  const hidden = columns.filter((_, at) => !shown.includes(at)).map(({ header }) => header.replace("\n", " "))
  return hidden.length === 0 ? [] : wrap(`In a wider terminal, or with --json: ${hidden.join(", ")}`, room)
}

/** One `header: cell` block a row, for terminals that no table fits. */
const blocks = (columns: ReadonlyArray<Column>, rows: ReadonlyArray<Cells>): string => {
  const block = (row: Cells) => columns.map(({ header }, at) => `${header.replace("\n", " ")}: ${row[at] ?? ""}\n`)
  return rows.map((row) => block(row).join("")).join("\n")
}

/** A table as the public command line draws it. On a terminal it fits; off one it is as wide as it needs. */
export const render = (columns: ReadonlyArray<Column>, given: ReadonlyArray<Cells>, to: Terminal.Terminal): string => {
  const rows = given.map((row) => row.map(printable))
  const layoutColumns = columns.map(({ header, id = false, keep = false, rank = 0 }, at) => ({
    header: header.split("\n"),
    cells: rows.map((row) => row[at] ?? ""),
    keep,
    isId: id,
    rank
  }))
  const room = to.columns ?? 80
  const layout = to.isTerminal ? TableLayout.fit(layoutColumns, room) : TableLayout.whole(layoutColumns)
  if (layout === null) return blocks(columns, rows)
  const { areIdsShort, shown, widths } = layout
  const kept = shown.map((at) => columns[at]!)
  const frame = to.unicode ? heavy : ascii
  const cellOf = (row: Cells, column: number, width: number): Cells => {
    const text = row[column] ?? ""
    return TableLayout.broken(areIdsShort && columns[column]!.id === true ? text.slice(0, width) : text, width)
  }
  const style = (text: string, at: number): string => {
    const { align, dim } = kept[at]!
    const padded = TableLayout.pad(text, widths[at]!, align)
    return dim === undefined ? padded : padded.replace(dim, (part) => Terminal.paint(to, "dim", part))
  }
  const body = rows.flatMap((row) =>
    rowLines(
      shown.map((column, at) => cellOf(row, column, widths[at]!)),
      frame.bar,
      style
    )
  )
  const lines = [...head(kept, widths, frame, to), ...body, rule(frame.foot, widths), ...missing(columns, shown, room)]
  return `${lines.join("\n")}\n`
}

/** A table without a header; of a cell with several lines those after the first stand back. */
export const listing = (given: ReadonlyArray<ReadonlyArray<Cells>>, to: Terminal.Terminal): string => {
  const rows = given.map((row) => row.map((cell) => cell.map(printable)))
  const frame = to.unicode ? light : ascii
  const columns = Math.max(0, ...rows.map((row) => row.length))
  const widths = Array.from({ length: columns }, (_, at) =>
    Math.max(0, ...rows.flatMap((row) => (row[at] ?? []).map(TableLayout.widthOf)))
  )
  const style = (text: string, at: number, line: number): string => {
    const padded = TableLayout.pad(text, widths[at]!)
    return line === 0 ? padded : Terminal.paint(to, "dim", padded)
  }
  const body = rows.flatMap((row) =>
    rowLines(
      widths.map((_, at) => row[at] ?? []),
      frame.bar,
      style
    )
  )
  return `${[rule(frame.top, widths), ...body, rule(frame.foot, widths)].join("\n")}\n`
}

/** A row of a plain table: what it is about, and a cell a column. */
export interface Row {
  readonly label: string
  readonly cells: Cells
}

const wideGap = 3
/** Between columns that would not all stand side by side otherwise. */
const narrowGap = 2
const plainMin = 8

interface Fit {
  readonly from: number
  readonly gap: number
  readonly room: number
}

/** How many columns from `from` on stand side by side; at least one. */
const sideBySide = (widths: ReadonlyArray<number>, { from, gap, room }: Fit): number => {
  let used = 0
  let fit = 0
  for (const width of widths.slice(from)) {
    used += gap + width
    if (used > room && fit > 0) break
    fit += 1
  }
  return fit
}

const gapOf = (widths: ReadonlyArray<number>, room: number): number => {
  const fit = (gap: number): number => sideBySide(widths, { from: 0, gap, room })
  return fit(wideGap) < widths.length && fit(narrowGap) === widths.length ? narrowGap : wideGap
}

const plainLine = (label: string, cells: Cells, labelWidth: number, widths: ReadonlyArray<number>): string => {
  const texts = cells.map((cell, at) => TableLayout.pad(cell, widths[at] ?? 0, "right"))
  return (TableLayout.pad(label, labelWidth) + texts.join("")).trimEnd()
}

/**
 * A table without lines, its numbers at the right, at most `width` characters wide: what does not fit side by side
 * follows below, in full. `paint` is applied to the finished header lines.
 */
export const plain = (
  headers: Cells,
  rows: ReadonlyArray<Row>,
  width: number,
  paint: (header: string) => string = (header) => header
): ReadonlyArray<string> => {
  const labelWidth = Math.max(...rows.map(({ label }) => TableLayout.widthOf(label)))
  const widths = headers.map((header, at) =>
    Math.max(plainMin, ...[header, ...rows.map(({ cells }) => cells[at] ?? "")].map(TableLayout.widthOf))
  )
  const room = width - labelWidth
  const gap = gapOf(widths, room)
  const columnWidths = widths.map((each) => each + gap)
  const lines: Array<string> = []
  for (let from = 0, fit = 0; from < headers.length; from += fit) {
    fit = sideBySide(widths, { from, gap, room })
    const part = <A>(all: ReadonlyArray<A>): ReadonlyArray<A> => all.slice(from, from + fit)
    if (from > 0) lines.push("")
    lines.push(paint(plainLine("", part(headers), labelWidth, part(columnWidths))))
    for (const { cells, label } of rows) lines.push(plainLine(label, part(cells), labelWidth, part(columnWidths)))
  }
  return lines
}
