import { rolled } from "@ebb/core/domain/ModeWords"
import type { Board } from "@ebb/protocol/live/Board"
import type { MeasureName } from "@ebb/protocol/live/Series"
import type { AppView } from "@ebb/protocol/rest/Events"
import type { RolloutSummary } from "@ebb/protocol/rest/Shapes"
import * as Format from "@ebb/text/Format"
import * as Terminal from "../../kit/Terminal.ts"
import { bar, cut, elapsed, flow } from "../../kit/Lines.ts"
import * as Trend from "./Trend.ts"

/** Where and when something is drawn. */
export interface Place {
  readonly terminal: Terminal.Terminal
  readonly width: number
  readonly rows: number
  readonly nowMs: number
}

const labelWidth = 12
const numbersWidth = { wide: 24, narrow: 10 }
const narrow = 60
const cellsMax = 120
const barCells = 16

export const orNone = (ms: number | undefined): string => (ms === undefined ? Format.none : Format.duration(ms))

/** `12 runners`, `1 runner`. */
export const counted = (count: number, one: string): string =>
  `${Format.integer(count)} ${one}${count === 1 ? "" : "s"}`

/** Its faults in force, each with the command that ends it: whole where the width allows it. */
export const faultsOf = ({ alias, faults }: AppView, width: number): ReadonlyArray<string> =>
  faults.flatMap((fault) => {
    const parts = [`fault ${fault.do} is in force; end it with:`, `ebb apps fault ${alias} ${fault.do} --stop`]
    const line = parts.join(" ")
    return line.length <= width ? [line] : parts.map((part, at) => cut(at === 0 ? part : `  ${part}`, width))
  })

/** The types of its errors, the most frequent first. */
export const errorsOf = ({ errored, errorsByType }: AppView): string => {
  if (errored === 0) return "none"
  const types = Object.entries(errorsByType).toSorted(([, a], [, b]) => b - a)
  return types.map(([type, count]) => `${type} ${Format.integer(count)}`).join(", ")
}

interface Strip {
  readonly name: MeasureName
  readonly label: string
  readonly now: (view: AppView) => string
  /** What the strip went to. */
  readonly extreme: (strip: ReturnType<typeof Trend.strip>) => string
}

const upTo = ({ greatest }: { readonly greatest: number }): string => `up to ${Format.integer(greatest)}`

const strips: ReadonlyArray<Strip> = [
  { name: "inFlight", label: "in flight", now: ({ inFlight }) => Format.integer(inFlight), extreme: upTo },
  { name: "waiting", label: "waiting", now: ({ waiting }) => Format.integer(waiting), extreme: upTo },
  {
    name: "slotsReady",
    label: "slots ready",
    now: ({ slotsReady }) => Format.integer(slotsReady),
    extreme: ({ greatest, least }) => (Number.isFinite(least) ? `${least} to ${greatest}` : "")
  },
  {
    name: "p99Ms",
    label: "p99",
    now: ({ latencyMs }) => orNone(latencyMs?.p99),
    extreme: ({ greatest }) => (greatest > 0 ? `up to ${Format.duration(greatest)}` : "")
  },
  {
    name: "errored",
    label: "errors",
    now: ({ errored }) => Format.integer(errored),
    extreme: ({ sum }) => (sum > 0 ? `${Format.integer(sum)} in 5 min` : "")
  }
]

/** How an app went over the last minutes, a line a measure: the strip, the number now, where it has been. */
export const charts = ({ series, view }: Board, { nowMs, terminal, width }: Place): ReadonlyArray<string> => {
  const isNarrow = width < narrow
  const room = width - labelWidth - (isNarrow ? numbersWidth.narrow : numbersWidth.wide)
  const cells = Math.max(0, Math.min(cellsMax, room))
  return strips.map((one) => {
    const strip = Trend.strip(series, one.name, nowMs, cells, terminal)
    const now = one.now(view).padStart(8)
    const line = `${one.label.padEnd(labelWidth)}${strip.text}${now}  ${isNarrow ? "" : one.extreme(strip)}`
    const isBad = one.name === "errored" && strip.sum > 0
    return isBad ? Terminal.paint(terminal, "red", cut(line.trimEnd(), width)) : cut(line.trimEnd(), width)
  })
}

const whenOf = ({ startedAt, state }: RolloutSummary, nowMs: number): string =>
  state === "running" ? `for ${elapsed(nowMs - Date.parse(startedAt))}` : state

/** A rollout in a line or two: how many of its runners have ended, and what became of their requests. */
export const rollout = (summary: RolloutSummary, { nowMs, terminal, width }: Place): ReadonlyArray<string> => {
  const { drained, ended, errored, id, retried, runners, state } = summary
  const share = runners === 0 ? 1 : ended / runners
  const parts = [
    `${id} ${rolled(summary.mode, summary.escalatedAt !== undefined)}`,
    ...(state === "running"
      ? [`${bar(terminal, share, barCells)} ${ended} of ${counted(runners, "runner")} ended`]
      : [counted(runners, "runner")]),
    whenOf(summary, nowMs),
    `drained ${drained}`,
    `errored ${errored}`,
    `retried ${retried}`
  ]
  const lines = flow(parts, width)
  return state === "running" ? lines.map((line) => Terminal.paint(terminal, "yellow", line)) : lines
}
