import { wrap } from "@ebb/text/Wrap"
import * as Terminal from "../../kit/Terminal.ts"

const gap = "  "
/** A column narrower than this is no column of text. */
const narrowest = 12

const cellsOf = (line: string): ReadonlyArray<string> =>
  line
    .replace(/^\||\|\s*$/g, "")
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll("\\|", "|"))

const longest = (texts: ReadonlyArray<string>): number => Math.max(0, ...texts.map((text) => text.length))

const longestWord = (texts: ReadonlyArray<string>): number => longest(texts.flatMap((text) => wrap(text, 1)))

/** Takes from the widest column until a row fits; null where the words are too long for that. */
const fitted = (columns: ReadonlyArray<ReadonlyArray<string>>, room: number): ReadonlyArray<number> | null => {
  const widths = columns.map(longest)
  const least = columns.map((cells) => Math.max(longestWord(cells), Math.min(narrowest, longest(cells))))
  while (widths.reduce((sum, width) => sum + width, 0) > room) {
    const at = widths.reduce(
      (best, width, index) => (width > least[index]! && (best < 0 || width > widths[best]!) ? index : best),
      -1
    )
    if (at < 0) return null
    widths[at]!--
  }
  return widths
}

const rowLines = (cells: ReadonlyArray<string>, widths: ReadonlyArray<number>): ReadonlyArray<string> => {
  const wrapped = widths.map((width, at) => wrap(cells[at] ?? "", width))
  return Array.from({ length: Math.max(1, ...wrapped.map((lines) => lines.length)) }, (_, line) =>
    wrapped
      .map((lines, at) => (lines[line] ?? "").padEnd(widths[at]!))
      .join(gap)
      .trimEnd()
  )
}

/** Where the columns do not fit side by side: a row after the other, each cell under the first with its column's name. */
const stacked = (head: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>, width: number) =>
  rows.flatMap(([first = "", ...others]) => [
    ...wrap(first, width),
    ...others.flatMap((cell, at) => {
      const name = head[at + 1] ?? ""
      const text = name === "" || cell === "" ? cell : `${name}: ${cell}`
      return wrap(text, width - gap.length).map((line) => gap + line)
    })
  ])

/** The lines of a table in Markdown as columns of that width. */
export const lines = (
  markdown: ReadonlyArray<string>,
  width: number,
  terminal: Terminal.Terminal
): ReadonlyArray<string> => {
  const [head = [], , ...rows] = markdown.map(cellsOf)
  const columns = head.map((name, at) => [name, ...rows.map((cells) => cells[at] ?? "")])
  const widths = fitted(columns, width - gap.length * (head.length - 1))
  if (widths === null) return stacked(head, rows, width)
  const body = rows.flatMap((cells) => rowLines(cells, widths))
  if (head.every((name) => name === "")) return body
  const title = rowLines(head, widths).map((line) => Terminal.paint(terminal, "bold", line))
  return [...title, Terminal.plain(terminal, widths.map((each) => "─".repeat(each)).join(gap)), ...body]
}
