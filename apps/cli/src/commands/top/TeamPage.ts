import type { Board } from "@ebb/protocol/live/Board"
import * as Format from "@ebb/text/Format"
import * as Terminal from "../../kit/Terminal.ts"
import { wrap } from "@ebb/text/Wrap"
import { cut } from "../../kit/Lines.ts"
import { charts, counted, errorsOf, orNone, type Place, rollout } from "./AppText.ts"
import type { TopState } from "./TopState.ts"
import * as Trend from "./Trend.ts"

interface Column {
  readonly header: string
  readonly width: number
  /** Which ones stay where there is no room for all: the least. */
  readonly rank: number
  readonly cell: (board: Board) => string
}

const columns: ReadonlyArray<Column> = [
  { header: "runners", width: 7, rank: 5, cell: ({ view }) => Format.integer(view.runners) },
  { header: "in flight", width: 9, rank: 0, cell: ({ view }) => Format.integer(view.inFlight) },
  { header: "waiting", width: 7, rank: 1, cell: ({ view }) => Format.integer(view.waiting) },
  { header: "slots", width: 5, rank: 4, cell: ({ view }) => Format.integer(view.slotsReady) },
  { header: "p50", width: 7, rank: 6, cell: ({ view }) => orNone(view.latencyMs?.p50) },
  { header: "p99", width: 7, rank: 3, cell: ({ view }) => orNone(view.latencyMs?.p99) },
  { header: "errors", width: 6, rank: 2, cell: ({ view }) => Format.integer(view.errored) }
]

const gap = 2
const nameMin = 12
const nameMax = 30
const stripMin = 16
const stripMax = 60

const fitting = (room: number): ReadonlyArray<Column> => {
  const kept = new Set<Column>()
  let used = 0
  for (const column of columns.toSorted((a, b) => a.rank - b.rank)) {
    used += gap + column.width
    if (used > room) break
    kept.add(column)
  }
  return columns.filter((column) => kept.has(column))
}

/** The apps in a table, its header first; the marker is in front of the chosen one. */
const table = (apps: ReadonlyArray<Board>, chosen: Board | null, { nowMs, terminal, width }: Place) => {
  const shown = fitting(width - 2 - nameMin)
  const numbers = shown.reduce((sum, column) => sum + gap + column.width, 0)
  const longest = Math.max(nameMin, ...apps.map(({ view }) => [...view.alias].length))
  const name = Math.min(longest, nameMax, width - 2 - numbers)
  const room = width - 2 - name - numbers - gap
  const cells = room < stripMin ? 0 : Math.min(room, stripMax)
  const line = (mark: string, alias: string, cell: (column: Column) => string, strip: string): string => {
    const values = shown.map((column) => " ".repeat(gap) + cell(column).padStart(column.width))
    return `${mark} ${cut(alias, name).padEnd(name)}${values.join("")}  ${strip}`.trimEnd()
  }
  const header = line(" ", "app", ({ header }) => header, cells === 0 ? "" : "in flight, 5 min")
  const rows = apps.map((board) => {
    const strip = cells === 0 ? "" : Trend.strip(board.series, "inFlight", nowMs, cells, terminal).text
    const isChosen = board === chosen
    const text = line(isChosen ? ">" : " ", board.view.alias, ({ cell }) => cell(board), strip)
    return isChosen ? Terminal.paint(terminal, "bold", text) : text
  })
  return { header: Terminal.paint(terminal, "dim", header), rows }
}

/** As many of the apps as fit, the chosen one among them. */
const around = (apps: ReadonlyArray<Board>, chosen: Board | null, room: number): ReadonlyArray<Board> => {
  if (apps.length <= room) return apps
  const at = apps.findIndex((board) => board === chosen)
  const first = Math.max(0, Math.min(apps.length - room, at - Math.floor(room / 2)))
  return apps.slice(first, first + room)
}

const details = (state: TopState, board: Board, place: Place): ReadonlyArray<string> => [
  "",
  Terminal.paint(place.terminal, "bold", cut(`${board.view.alias}, the last 5 minutes`, place.width)),
  ...charts(board, place),
  cut(`error types: ${errorsOf(board.view)}`, place.width),
  ...state.rolloutsOf(board).flatMap((one) => rollout(one, place))
]

const appsMin = 4

/** All apps of the team, and how the chosen one went. */
export const render = (state: TopState, place: Place): ReadonlyArray<string> => {
  const { apps, selected } = state
  if (selected === null) return ["", ...wrap("No app yet. Deploy one with: ebb deploy SPEC", place.width)]
  const below = details(state, selected, place)
  const room = place.rows - 1
  const forApps = Math.max(Math.min(apps.length, appsMin), room - below.length)
  const isTooMany = apps.length > forApps
  const shown = around(apps, selected, isTooMany ? Math.max(1, forApps - 1) : forApps)
  const { header, rows } = table(shown, selected, place)
  const more = isTooMany ? [`  … ${counted(apps.length - shown.length, "more app")}`] : []
  return [header, ...rows, ...more, ...below].slice(0, place.rows)
}
