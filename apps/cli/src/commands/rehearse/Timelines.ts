import type { ModeReport } from "@ebb/sim/measure/ModeReport"
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

const stripLines = (modes: Modes, strip: Strip, cells: number, unicode: boolean): ReadonlyArray<string> => {
  const series = modes.map(({ mode, timeline }) => ({
    mode,
    values: Sparkline.condense(timeline[strip.key], cells, strip.pick)
  }))
  const max = Math.max(0, ...series.flatMap(({ values }) => values))
  const shown = strip.key === "errors" ? series.filter(({ values }) => values.some((value) => value > 0)) : series
  return shown.map(({ mode, values }, at) => {
    const lead = (at === 0 ? strip.label : "").padEnd(labelWidth) + mode.padEnd(modeWidth)
    return `${lead}${Sparkline.line(values, max, unicode)}${at === 0 ? `   ${strip.scale(max)}` : ""}`
  })
}

/** The time under the strips: start, rollout and end, the words shortened where they would run into each other. */
const axis = (forMs: number, atMs: number | null, cells: number): string => {
  const end = Format.span(forMs)
  const endAt = cells - end.length
  let line = "0"
  if (atMs !== null) {
    const at = Math.max(2, Math.min(cells - 1, Math.floor((atMs / forMs) * cells)))
    const texts = [`^ rollout at ${Format.span(atMs)}`, `^ ${Format.span(atMs)}`, "^"]
    line = line.padEnd(at) + (texts.find((text) => at + text.length < endAt) ?? "^")
  }
  return " ".repeat(labelWidth + modeWidth) + (line.length < endAt ? line.padEnd(endAt) + end : line)
}

/** How slots and errors went over time, a line a mode with a rollout. */
export const render = (
  modes: Modes,
  run: { readonly forMs: number; readonly atMs: number | null },
  terminal: { readonly width: number; readonly unicode: boolean }
): ReadonlyArray<string> => {
  const rolled = modes.length > 1 ? modes.filter(({ mode }) => mode !== "none") : modes
  const steps = Math.max(0, ...rolled.map(({ timeline }) => timeline.slotsReady.length))
  const cells = Math.min(cellsMax, steps, terminal.width - labelWidth - modeWidth - 20)
  if (cells < 8) return []
  const lines = strips.flatMap((strip) => stripLines(rolled, strip, cells, terminal.unicode))
  const endMs = Math.min(run.forMs, Math.round(steps * (modes[0]?.timeline.stepMs ?? 0)))
  return [...lines, axis(endMs, run.atMs, cells)]
}
