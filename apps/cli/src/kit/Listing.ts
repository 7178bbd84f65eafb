import * as Terminal from "./Terminal.ts"
import { printable } from "./Text.ts"
import { widthOf } from "./Table.ts"

/** One cell: its lines, of which those after the first are dim. */
export type Cell = ReadonlyArray<string>

const light = { top: "┌─┬┐", bar: "│", foot: "└─┴┘" }
const ascii = { top: "+--+", bar: "|", foot: "+--+" }

const rule = (pattern: string, widths: ReadonlyArray<number>): string => {
  const [left = "", fill = "", joint = "", right = ""] = [...pattern]
  return left + widths.map((width) => fill.repeat(width + 2)).join(joint) + right
}

/** A table without a header, light lines all round. */
export const render = (given: ReadonlyArray<ReadonlyArray<Cell>>, terminal: Terminal.Terminal): string => {
  const rows = given.map((row) => row.map((cell) => cell.map(printable)))
  const lines = terminal.unicode ? light : ascii
  const columns = Math.max(0, ...rows.map((row) => row.length))
  const widths = Array.from({ length: columns }, (_, at) =>
    Math.max(0, ...rows.flatMap((row) => (row[at] ?? []).map(widthOf)))
  )
  const cellOf = (cell: Cell, line: number, width: number): string => {
    const text = (cell[line] ?? "") + " ".repeat(width - widthOf(cell[line] ?? ""))
    return line === 0 ? text : Terminal.paint(terminal, "dim", text)
  }
  const body = rows.flatMap((row) =>
    Array.from({ length: Math.max(1, ...row.map((cell) => cell.length)) }, (_, line) => {
      const cells = widths.map((width, at) => cellOf(row[at] ?? [], line, width))
      return `${lines.bar} ${cells.join(` ${lines.bar} `)} ${lines.bar}`
    })
  )
  return `${[rule(lines.top, widths), ...body, rule(lines.foot, widths)].join("\n")}\n`
}
