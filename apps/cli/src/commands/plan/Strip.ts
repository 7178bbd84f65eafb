import * as Bars from "@ebb/plan/when/Bars"
import type { When } from "@ebb/plan/when/When"
import * as Sparkline from "../../kit/Sparkline.ts"
import type { Terminal } from "../../kit/Terminal.ts"
import * as Clock from "./Clock.ts"

const minuteMs = 60_000
const dayMs = 24 * 60 * minuteMs
/** Half a day in a line; a quarter, or an eighth, where that has no room. */
const cellsPerLine = [48, 24, 12] as const
const labelEvery = 12
const indent = 2
const dayWidth = 8

const cellsFor = (width: number): number => cellsPerLine.find((cells) => cells <= width) ?? cellsPerLine.at(-1)!

/** The hours above the cells of a line. */
const hours = (fromMs: number, stepMs: number, cells: number): string => {
  const labels = Array.from({ length: cells / labelEvery }, (_, at) =>
    Clock.timeOfDay(fromMs + at * labelEvery * stepMs).padEnd(labelEvery)
  )
  return labels.join("").trimEnd()
}

/** Where a step stands: a day by itself has its last midnight at its beginning. */
const cellOf = (atMs: number, stepMs: number, isOneDay: boolean): number => (isOneDay ? atMs % dayMs : atMs) / stepMs

/** In the place of a bar whose value is not known. */
export const unknown = "?"

/**
 * What each step costs, as bars in lines of half a day or less, hours above; below a line stands under each step of the best group.
 */
export const lines = (when: When, terminal: Terminal, width: number): ReadonlyArray<string> => {
  const { matters, stepMinutes, steps } = when
  const by = Bars.shownBy(when)
  const stepMs = stepMinutes * minuteMs
  const values = Bars.heights(when)
  const marks = [...Sparkline.line(values, Math.max(...values), terminal.unicode)]
  const isOneDay = steps.at(-1)!.atMs - steps[0]!.atMs < dayMs
  const bars = new Map<number, string>()
  const best = new Set<number>()
  for (const [at, { atMs, group, p99Ms }] of steps.entries()) {
    const cell = cellOf(atMs, stepMs, isOneDay)
    bars.set(cell, by === "p99Ms" && p99Ms === null ? unknown : marks[at]!)
    if (matters && group === 1) best.add(cell)
  }
  const left = isOneDay ? 0 : dayWidth
  const perLine = cellsFor(width - indent - left)
  const used = [...new Set([...bars.keys()].map((cell) => Math.floor(cell / perLine)))].sort((a, b) => a - b)
  return used.flatMap((line) => {
    const cells = Array.from({ length: perLine }, (_, at) => line * perLine + at)
    const under = cells.map((cell) => (best.has(cell) ? (terminal.unicode ? "─" : "=") : " ")).join("")
    const fromMs = line * perLine * stepMs
    const day = isOneDay || fromMs % dayMs !== 0 ? "" : `day ${fromMs / dayMs + 1}`
    const behind = (first: string, rest: string): string =>
      `${" ".repeat(indent)}${first.padEnd(left)}${rest}`.trimEnd()
    return [
      behind(day, hours(fromMs, stepMs, perLine)),
      behind("", cells.map((cell) => bars.get(cell) ?? " ").join("")),
      ...(under.trim() === "" ? [] : [behind("", under)])
    ]
  })
}
