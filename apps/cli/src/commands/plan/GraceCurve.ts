import type { CurvePoint } from "@ebb/plan/grace/Curve"
import type { Grace } from "@ebb/plan/grace/Grace"
import * as Format from "@ebb/text/Format"
import * as Terminal from "../../kit/Terminal.ts"

const rows = 8
const labelWidth = 8
const columnsMost = 64

/** The share that a period cuts, between two points of the curve in proportion. */
const shareAt = (curve: ReadonlyArray<CurvePoint>, seconds: number): number => {
  const after = curve.findIndex(({ graceSeconds }) => graceSeconds >= seconds)
  if (after < 0) return curve.at(-1)!.share.mean
  const [left, right] = [curve[Math.max(0, after - 1)]!, curve[after]!]
  const width = right.graceSeconds - left.graceSeconds
  const part = width === 0 ? 0 : (seconds - left.graceSeconds) / width
  return left.share.mean + part * (right.share.mean - left.share.mean)
}

const blocks = [..." ▁▂▃▄▅▆▇█"]

/** The part of a bar that stands in a row, the lowest being 0: from nothing to all of it. */
const cell = (share: number, row: number, unicode: boolean): string => {
  const filled = Math.max(0, Math.min(1, share * rows - row))
  if (unicode) return blocks[Math.round(filled * 8)]!
  return filled >= 0.5 ? "#" : row === 0 && share > 0 ? "." : " "
}

/** Where the curve ends to be drawn: where next to nothing is cut, and no period that is marked lies beyond it. */
const endOf = ({ curve, periods, today }: Grace): number => {
  const nearlyAll = periods.find(({ loss }) => loss === 0.001)?.graceSeconds ?? curve.at(-1)!.graceSeconds
  const isNear = today.graceSeconds <= 3 * nearlyAll
  return Math.max(1, nearlyAll, isNear ? today.graceSeconds : 0)
}

/** Marks with their names under the axis, those that would overlap one line lower. */
const marksOf = (
  marks: ReadonlyArray<readonly [column: number, text: string]>,
  columns: number
): ReadonlyArray<string> => {
  const lines: Array<string> = []
  for (const [column, text] of [...marks].sort((a, b) => a[0] - b[0])) {
    const at = Math.min(column, Math.max(0, columns - text.length))
    const line = lines.findIndex((each) => each.length < at)
    if (line < 0) lines.push(" ".repeat(at) + text)
    else lines[line] = lines[line]!.padEnd(at) + text
  }
  return lines
}

/** The share of the requests in flight that is cut, against the grace period. */
export const lines = (grace: Grace, terminal: Terminal.Terminal, width: number): ReadonlyArray<string> => {
  const columns = Math.min(columnsMost, width - labelWidth - 2)
  const end = endOf(grace)
  const shares = Array.from({ length: columns }, (_, at) => shareAt(grace.curve, (end * at) / (columns - 1)))
  const most = Math.max(...shares)
  const label = (row: number): string => (row === rows - 1 ? `${Math.round(most * 100)} %` : row === 0 ? "0 %" : "")
  const drawn = Array.from({ length: rows }, (_, at) => {
    const row = rows - 1 - at
    const bar = shares.map((share) => cell(most === 0 ? 0 : share / most, row, terminal.unicode)).join("")
    return `${label(row).padStart(labelWidth)} ${bar}`.trimEnd()
  })
  const columnOf = (seconds: number): number => Math.round((seconds / end) * (columns - 1))
  const mark = terminal.unicode ? "▲" : "^"
  const marked: ReadonlyArray<readonly [number | null, string]> = [
    [grace.today.graceSeconds, "today"],
    [grace.knee, "knee"]
  ]
  const marks = marked.flatMap(([seconds, name]) =>
    seconds === null || seconds > end
      ? []
      : [[columnOf(seconds), `${mark} ${Format.span(seconds * 1000)} ${name}`] as const]
  )
  const pad = " ".repeat(labelWidth + 1)
  const axis = `0 s${Format.span(Math.round(end) * 1000).padStart(columns - 3)}`
  return [
    Terminal.paint(terminal, "dim", `  cut of the requests in flight, by grace period`),
    ...drawn,
    ...[axis, ...marksOf(marks, columns)].map((line) => Terminal.paint(terminal, "dim", pad + line))
  ]
}
