import type { Board } from "@ebb/protocol/live/Board"
import type { RunnerView } from "@ebb/protocol/rest/Events"
import * as Format from "@ebb/text/Format"
import * as Terminal from "../../kit/Terminal.ts"
import { bar, cut, elapsed, flow } from "../../kit/Lines.ts"
import { census, graceOf, paintState } from "../../watch/RunnerLine.ts"
import * as TableLayout from "../../kit/TableLayout.ts"
import { charts, counted, errorsOf, faultsOf, orNone, type Place, rollout } from "./AppText.ts"
import type { TopState } from "./TopState.ts"

/** Those in which something goes on come first. */
const order: ReadonlyArray<RunnerView["state"]> = [
  "DRAINING",
  "TERMINATING",
  "CRASH_BACKOFF",
  "PENDING",
  "DOCKER_PULL",
  "SETUP",
  "RUNNING",
  "IDLE"
]

const rankOf = ({ state }: RunnerView): number => order.indexOf(state)

const sorted = (board: Board): ReadonlyArray<RunnerView> =>
  [...board.runners.values()].sort((a, b) => rankOf(a) - rankOf(b) || a.sinceMs - b.sinceMs || (a.id < b.id ? -1 : 1))

const wide = 130
const barCells = 16
const rowsForCharts = 16

const restOf = (view: RunnerView, { nowMs, terminal, width }: Place): string => {
  const used = graceOf(view, nowMs)
  if (used !== null) return `${bar(terminal, used.share, barCells)}   grace ${used.seconds} s left`
  if (view.marked) return "until its replacement serves"
  return width < wide ? view.machineType : `${view.machineType.padEnd(12)}  ${view.revision}`
}

interface Columns {
  readonly id: string
  readonly state: string
  readonly inFlight: string
  readonly since: string
  readonly rest: string
}

const narrow = 50

const line = ({ id, inFlight, rest, since, state }: Columns, idWidth: number, width: number): string => {
  const head = `${id.padEnd(idWidth)}  ${state.padEnd(13)}`
  if (width < narrow) return cut(`${head} ${inFlight.replace("in ", "").padStart(6)} ${since.padStart(8)}`, width)
  return cut(`${head} ${inFlight.padStart(9)}  ${since.padStart(8)}  ${rest}`.trimEnd(), width)
}

/** The runners that fit from the first one to show on, and how many do not. */
const runners = (state: TopState, board: Board, place: Place, room: number): ReadonlyArray<string> => {
  const { terminal, width } = place
  const all = sorted(board)
  const isTooMany = all.length > room
  const count = isTooMany ? Math.max(1, room - 1) : room
  const first = Math.max(0, Math.min(state.scroll, all.length - count))
  const shown = all.slice(first, first + count)
  const others = [...all.slice(0, first), ...all.slice(first + count)]
  const idWidth =
    width < wide ? TableLayout.idLengthOf(all.map(({ id }) => id)) : Math.max(8, ...all.map(({ id }) => id.length))
  const header = line({ id: "runner", state: "state", inFlight: "in flight", since: "for", rest: "" }, idWidth, width)
  const rows = shown.map((view) => {
    const id = view.id.slice(0, idWidth)
    const cells = {
      id,
      state: view.state,
      inFlight: `${view.inFlight}`,
      since: elapsed(place.nowMs - view.sinceMs),
      rest: restOf(view, place)
    }
    return paintState(terminal, line(cells, idWidth, width), view.state)
  })
  const more = isTooMany ? [cut(`… ${others.length} more: ${census(others.map(({ state }) => state))}`, width)] : []
  return [Terminal.paint(terminal, "dim", header), ...rows, ...more]
}

const summary = ({ runners, view }: Board, width: number): ReadonlyArray<string> =>
  flow(
    [
      counted(runners.size, "runner"),
      `in flight ${Format.integer(view.inFlight)}`,
      `waiting ${Format.integer(view.waiting)}`,
      `slots ready ${Format.integer(view.slotsReady)}`,
      `p50 ${orNone(view.latencyMs?.p50)}`,
      `p99 ${orNone(view.latencyMs?.p99)}`
    ],
    width
  )

/** One app: how it went, its rollouts, its runners. */
export const render = (state: TopState, board: Board, place: Place): ReadonlyArray<string> => {
  const { terminal, width } = place
  const head = [
    ...summary(board, width),
    ...(place.rows < rowsForCharts ? [] : charts(board, place)),
    cut(`error types: ${errorsOf(board.view)}`, width),
    ...faultsOf(board.view, width).map((line) => Terminal.paint(terminal, "red", line)),
    ...state.rolloutsOf(board).flatMap((one) => rollout(one, place)),
    "",
    Terminal.paint(terminal, "bold", cut(census([...board.runners.values()].map(({ state }) => state)), width))
  ]
  return [...head, ...runners(state, board, place, Math.max(1, place.rows - head.length - 1))].slice(0, place.rows)
}
