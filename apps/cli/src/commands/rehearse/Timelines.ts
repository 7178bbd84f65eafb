import type { ModeReport } from "@ebb/sim/measure/ModeReport"
import * as TimelineWindow from "@ebb/sim/report/TimelineWindow"
import * as Format from "@ebb/text/Format"
import * as Sparkline from "../../kit/Sparkline.ts"

const cellsMax = 60
const labelWidth = 14
const modeWidth = 10

type Modes = ReadonlyArray<ModeReport>
type Key = "slotsReady" | "errors"

interface Strip {
  readonly label: string
  readonly key: Key
  readonly pick: "least" | "greatest"
  readonly scale: (max: number) => string
}

const strips: ReadonlyArray<Strip> = [
  { label: "slots ready", key: "slotsReady", pick: "least", scale: (max) => `0 to ${Format.integer(max)} ready` },
  {
    label: "errors",
    key: "errors",
    pick: "greatest",
    scale: (max) => `${Format.integer(Math.max(1, max))} at the peak`
  }
]

/** A value a cell: of several steps the one that matters, or each step in as many cells as there are for it. */
const valuesOf = (steps: ReadonlyArray<number>, { pick }: Strip, cells: number): ReadonlyArray<number> =>
  cells <= steps.length
    ? Sparkline.condense(steps, cells, pick)
    : Array.from({ length: cells }, (_, cell) => steps[Math.floor((cell * steps.length) / cells)] ?? 0)

const stripLines = (
  modes: Modes,
  strip: Strip,
  window: TimelineWindow.TimelineWindow,
  cells: number,
  unicode: boolean
): ReadonlyArray<string> => {
  const series = modes.map(({ mode, timeline }) => ({
    mode,
    values: valuesOf(timeline[strip.key].slice(...TimelineWindow.stepsIn(timeline, window)), strip, cells)
  }))
  const max = Math.max(0, ...series.flatMap(({ values }) => values))
  const shown = strip.key === "errors" ? series.filter(({ values }) => values.some((value) => value > 0)) : series
  return shown.map(({ mode, values }, at) => {
    const lead = (at === 0 ? strip.label : "").padEnd(labelWidth) + mode.padEnd(modeWidth)
    return `${lead}${Sparkline.line(values, max, unicode)}${at === 0 ? `   ${strip.scale(max)}` : ""}`
  })
}

/** The time under the strips: where they begin and end, and the rollout, its words shortened where they would run into the end. */
const axis = ({ fromMs, toMs }: TimelineWindow.TimelineWindow, atMs: number | null, cells: number): string => {
  const lead = " ".repeat(labelWidth + modeWidth)
  const relative = (ms: number): string =>
    atMs === null ? Format.span(ms) : `${ms < atMs ? "−" : "+"}${Format.span(Math.abs(ms - atMs))}`
  const end = relative(toMs)
  const endAt = cells - end.length
  let line = atMs === fromMs ? "" : relative(fromMs)
  if (atMs !== null) {
    const at = Math.min(cells - 1, Math.floor(((atMs - fromMs) / (toMs - fromMs)) * cells))
    const texts = [`^ rollout at ${Format.span(atMs)}`, `^ ${Format.span(atMs)}`, "^"]
    line = `${line.slice(0, Math.max(0, at - 1)).padEnd(at)}${texts.find((text) => at + text.length < endAt) ?? "^"}`
  }
  return lead + (line.length < endAt ? line.padEnd(endAt) + end : line)
}

/** How slots and errors went around the rollout, a line a mode that has one. */
export const render = (
  modes: Modes,
  run: { readonly forMs: number; readonly atMs: number | null },
  terminal: { readonly width: number; readonly unicode: boolean }
): ReadonlyArray<string> => {
  const rolled = modes.length > 1 ? modes.filter(({ mode }) => mode !== "none") : modes
  const [first] = rolled
  if (first === undefined) return []
  const endMs = Math.min(run.forMs, Math.round(first.timeline.slotsReady.length * first.timeline.stepMs))
  const window = TimelineWindow.around(modes, run.atMs, endMs)
  const [from, to] = TimelineWindow.stepsIn(first.timeline, window)
  const room = Math.min(cellsMax, terminal.width - labelWidth - modeWidth - 20)
  if (room < 8 || to <= from) return []
  // Few steps are drawn broad, many are drawn together.
  const broad = Math.max(1, Math.floor(room / (to - from)))
  const cells = Math.min(room, (to - from) * broad)
  const lines = strips.flatMap((strip) => stripLines(rolled, strip, window, cells, terminal.unicode))
  return [...lines, axis(window, run.atMs, cells)]
}
