import * as Terminal from "./Terminal.ts"
import { printable } from "./Text.ts"

/** A column: its header, of up to two lines, and how its cells stand. `keep`: never wrapped nor cut. */
export interface Column {
  readonly header: string
  readonly align?: "left" | "right"
  readonly keep?: boolean
  /** The part of a cell that stands back. */
  readonly dim?: RegExp
}

type Cells = ReadonlyArray<string>

/** The four characters of a rule: left end, line, joint, right end; and the bars between cells. */
interface Lines {
  readonly top: string
  readonly headBar: string
  readonly underHead: string
  readonly bodyBar: string
  readonly foot: string
}

const heavy: Lines = { top: "┏━┳┓", headBar: "┃", underHead: "┡━╇┩", bodyBar: "│", foot: "└─┴┘" }
const ascii: Lines = { top: "+--+", headBar: "|", underHead: "|-+|", bodyBar: "|", foot: "+--+" }

/** How many columns of a terminal it takes: some characters take two. */
export const widthOf = (text: string): number => Bun.stringWidth(text)

const pad = (text: string, width: number, align: Column["align"]): string => {
  const blanks = " ".repeat(Math.max(0, width - widthOf(text)))
  return align === "right" ? blanks + text : text + blanks
}

const rule = (pattern: string, widths: ReadonlyArray<number>): string => {
  const [left = "", fill = "", joint = "", right = ""] = [...pattern]
  return left + widths.map((width) => fill.repeat(width + 2)).join(joint) + right
}

const cut = (word: string, width: number): string => {
  let start = ""
  for (const char of word) {
    if (widthOf(start + char) >= width) break
    start += char
  }
  return `${start}…`
}

/** A cell broken into lines of at most that width; a longer word is cut with an ellipsis. */
const broken = (text: string, width: number): ReadonlyArray<string> => {
  const lines: Array<string> = []
  let line = ""
  for (const word of text.split(" ")) {
    const fitted = widthOf(word) > width ? cut(word, width) : word
    if (line === "") line = fitted
    else if (widthOf(line) + 1 + widthOf(fitted) <= width) line += ` ${fitted}`
    else {
      lines.push(line)
      line = fitted
    }
  }
  return [...lines, line]
}

const natural = (columns: ReadonlyArray<Column>, rows: ReadonlyArray<Cells>): Array<number> =>
  columns.map(({ header }, at) =>
    Math.max(...header.split("\n").map(widthOf), ...rows.map((row) => widthOf(row[at] ?? "")))
  )

const least = 4

const total = (widths: ReadonlyArray<number>): number => widths.reduce((sum, width) => sum + width + 3, 1)

/** Takes from the widest column that may shrink until the table fits; null when it cannot. */
const fitted = (
  columns: ReadonlyArray<Column>,
  widths: ReadonlyArray<number>,
  room: number
): ReadonlyArray<number> | null => {
  const fit = [...widths]
  while (total(fit) > room) {
    let widest = -1
    fit.forEach((width, at) => {
      if (columns[at]!.keep !== true && width > least && (widest < 0 || width > fit[widest]!)) widest = at
    })
    if (widest < 0) return null
    fit[widest]!--
  }
  return fit
}

/** One `header: cell` block per row, for tables that no width carries. */
const blocks = (columns: ReadonlyArray<Column>, rows: ReadonlyArray<Cells>): ReadonlyArray<string> =>
  rows.flatMap((row, index) => [
    ...(index === 0 ? [] : [""]),
    ...columns.map(({ header }, at) => `${header.replace("\n", " ")}: ${row[at] ?? ""}`)
  ])

/** A table as the public command line draws it; on a terminal it fits. Cells are printed as they are. */
export const render = (
  columns: ReadonlyArray<Column>,
  given: ReadonlyArray<Cells>,
  terminal: Terminal.Terminal
): string => {
  const rows = given.map((row) => row.map(printable))
  const widths = natural(columns, rows)
  const fit = terminal.isTerminal ? fitted(columns, widths, terminal.columns ?? 80) : widths
  if (fit === null) return `${blocks(columns, rows).join("\n")}\n`
  const lines = terminal.unicode ? heavy : ascii
  return `${[...head(columns, fit, lines, terminal), ...body(columns, rows, fit, lines, terminal), rule(lines.foot, fit)].join("\n")}\n`
}

const head = (
  columns: ReadonlyArray<Column>,
  widths: ReadonlyArray<number>,
  lines: Lines,
  terminal: Terminal.Terminal
): ReadonlyArray<string> => {
  const cells = columns.map(({ header }, at) => header.split("\n").flatMap((line) => broken(line, widths[at]!)))
  const height = Math.max(...cells.map((cell) => cell.length))
  const texts = Array.from({ length: height }, (_, line) =>
    // Headers of fewer lines stand at the bottom.
    cells.map((cell) => cell[line - (height - cell.length)] ?? "")
  )
  const row = (text: Cells): string =>
    `${lines.headBar} ${text
      .map((one, at) => Terminal.paint(terminal, "bold", pad(one, widths[at]!, columns[at]!.align)))
      .join(` ${lines.headBar} `)} ${lines.headBar}`
  return [rule(lines.top, widths), ...texts.map(row), rule(lines.underHead, widths)]
}

const body = (
  columns: ReadonlyArray<Column>,
  rows: ReadonlyArray<Cells>,
  widths: ReadonlyArray<number>,
  lines: Lines,
  terminal: Terminal.Terminal
): ReadonlyArray<string> => {
  const styled = ({ dim }: Column, text: string): string =>
    dim === undefined ? text : text.replace(dim, (part) => Terminal.paint(terminal, "dim", part))
  return rows.flatMap((row) => {
    const cells = columns.map((_, at) => broken(row[at] ?? "", widths[at]!))
    const height = Math.max(...cells.map((cell) => cell.length))
    return Array.from({ length: height }, (_, line) => {
      const texts = cells.map((cell, at) =>
        styled(columns[at]!, pad(cell[line] ?? "", widths[at]!, columns[at]!.align))
      )
      return `${lines.bodyBar} ${texts.join(` ${lines.bodyBar} `)} ${lines.bodyBar}`
    })
  })
}
