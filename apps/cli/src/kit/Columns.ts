import type { Row } from "@ebb/sim/report/ModeRows"

const gap = 3
const columnMin = 8

const lengthOf = (text: string): number => [...text].length
const padStart = (text: string, width: number): string => " ".repeat(Math.max(0, width - lengthOf(text))) + text
const padEnd = (text: string, width: number): string => text + " ".repeat(Math.max(0, width - lengthOf(text)))

const widthsOf = (headers: ReadonlyArray<string>, rows: ReadonlyArray<Row>): ReadonlyArray<number> =>
  headers.map((header, at) =>
    Math.max(columnMin, lengthOf(header), ...rows.map(({ cells }) => lengthOf(cells[at] ?? "")))
  )

/** How many columns from `from` on stand side by side; at least one. */
const fitting = (widths: ReadonlyArray<number>, from: number, room: number): number => {
  let used = 0
  let fit = 0
  for (const width of widths.slice(from)) {
    used += gap + width
    if (used > room && fit > 0) break
    fit += 1
  }
  return fit
}

const line = (label: string, cells: ReadonlyArray<string>, labelWidth: number, widths: ReadonlyArray<number>): string =>
  (
    padEnd(label, labelWidth) + cells.map((cell, at) => " ".repeat(gap) + padStart(cell, widths[at] ?? 0)).join("")
  ).trimEnd()

/**
 * The table in lines of at most `width` characters: what does not fit side by side follows below, in full.
 * `paint` is applied to the finished header lines.
 */
export const render = (
  headers: ReadonlyArray<string>,
  rows: ReadonlyArray<Row>,
  width: number,
  paint: (header: string) => string = (header) => header
): ReadonlyArray<string> => {
  const labelWidth = Math.max(...rows.map(({ label }) => lengthOf(label)))
  const widths = widthsOf(headers, rows)
  const lines: Array<string> = []
  for (let from = 0, fit = 0; from < headers.length; from += fit) {
    fit = fitting(widths, from, width - labelWidth)
    const to = from + fit
    if (from > 0) lines.push("")
    lines.push(paint(line("", headers.slice(from, to), labelWidth, widths.slice(from, to))))
    for (const { cells, label } of rows)
      lines.push(line(label, cells.slice(from, to), labelWidth, widths.slice(from, to)))
  }
  return lines
}
