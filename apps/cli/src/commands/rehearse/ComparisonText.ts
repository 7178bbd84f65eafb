import type { Comparison } from "@ebb/sim/compare/Comparison"
import * as ComparisonRows from "@ebb/sim/compare/ComparisonRows"
import * as ComparisonVerdict from "@ebb/sim/compare/ComparisonVerdict"
import { hasMetNone } from "@ebb/sim/report/Proof"
import type { RehearsalReport } from "@ebb/sim/report/RehearsalReport"
import * as Table from "../../kit/Table.ts"
import * as Terminal from "../../kit/Terminal.ts"
import { wrap } from "@ebb/text/Wrap"

const headers = ["here", "there", "difference"]

const rowsOf = ({ difference, mode, rows }: ComparisonRows.ModeRows) => [
  { label: mode, cells: ["", "", difference] },
  ...rows.map(({ difference, here, label, there }) => ({ label: `  ${label}`, cells: [here, there, difference] }))
]

/** Two specs held against each other as the terminal shows them: what it comes to, then what it is made of. */
export const lines = (
  comparison: Comparison,
  modes: RehearsalReport["modes"],
  terminal: Terminal.Terminal,
  width: number
): ReadonlyArray<string> => {
  const plain = (text: string) => Terminal.plain(terminal, text)
  const verdict = ComparisonVerdict.of(comparison, hasMetNone(modes))
  const compared = ComparisonRows.short(comparison)
  const rows = compared.flatMap(rowsOf).map(({ cells, label }) => ({ label: plain(label), cells: cells.map(plain) }))
  return [
    ...wrap(plain(verdict.text), width),
    "",
    ...Table.plain(headers, rows, width, (header) => Terminal.paint(terminal, "bold", header)),
    ...(compared.every((mode) => mode.rows.length === 0) ? [] : ["", ...wrap(plain(ComparisonRows.legend), width)])
  ]
}
