import type { CurvePoint } from "@ebb/plan/grace/Curve"
import type { Grace } from "@ebb/plan/grace/Grace"
import * as Format from "@ebb/text/Format"
import { wrap } from "@ebb/text/Wrap"
import * as Terminal from "../../kit/Terminal.ts"

const rows = 8
const labelWidth = 8
const columnsMost = 64
const heading = "cut of the requests in flight, by grace period"

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

interface Mark {
  readonly column: number
  readonly name: string
}

interface Piece {
  readonly from: number
  readonly text: string
}

/** Nearer to each other than that, a name might belong to either arrow. */
const gap = 3

const areApart = (one: Piece, other: Piece): boolean =>
  one.from + one.text.length + gap <= other.from || other.from + other.text.length + gap <= one.from

const lineOf = (pieces: ReadonlyArray<Piece>): string =>
  pieces.toSorted((a, b) => a.from - b.from).reduce((line, { from, text }) => line.padEnd(from) + text, "")

/**
 * Arrows under the axis with their names, one line lower where they would run into one another. Names stand behind their arrows,
 * and the last arrow is on the first line: so nothing stands between an arrow and the axis. Where there is no room behind the
 * last arrow it is the other way round.
 */
const marksOf = (marks: ReadonlyArray<Mark>, arrow: string, columns: number): ReadonlyArray<string> => {
  const behind = ({ column, name }: Mark): Piece => ({ from: column, text: `${arrow} ${name}` })
  const before = ({ column, name }: Mark): Piece => ({ from: column - name.length - 1, text: `${name} ${arrow}` })
  const fits = ({ from, text }: Piece): boolean => from >= 0 && from + text.length <= columns
  const sorted = marks.toSorted((a, b) => b.column - a.column)
  const isBehind = sorted[0] === undefined || fits(behind(sorted[0]))
  const rows: Array<Array<Piece>> = []
  for (const mark of isBehind ? sorted : sorted.toReversed()) {
    const sides = (isBehind ? [behind(mark), before(mark)] : [before(mark), behind(mark)]).filter(fits)
    const isFree = (piece: Piece): boolean => (rows[0] ?? []).every((other) => areApart(piece, other))
    const side = sides.find(isFree)
    if (side === undefined) rows.push([sides[0] ?? behind(mark)])
    else rows[0] = [...(rows[0] ?? []), side]
  }
  return rows.map(lineOf)
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
  const arrow = terminal.unicode ? "▲" : "^"
  const marked: ReadonlyArray<readonly [number | null, string]> = [
    [grace.today.graceSeconds, "today"],
    [grace.knee, "knee"]
  ]
  const marks = marked.flatMap(([seconds, name]) =>
    seconds === null || seconds > end
      ? []
      : [{ column: columnOf(seconds), name: `${Format.span(seconds * 1000)} ${name}` }]
  )
  const pad = " ".repeat(labelWidth + 1)
  const axis = `0 s${Format.span(Math.round(end) * 1000).padStart(columns - 3)}`
  return [
    ...wrap(heading, width - 2).map((line) => Terminal.paint(terminal, "dim", `  ${line}`)),
    ...drawn,
    ...[axis, ...marksOf(marks, arrow, columns)].map((line) => Terminal.paint(terminal, "dim", pad + line))
  ]
}
