import type { ModeReport } from "@ebb/sim/measure/ModeReport"
import { stepsIn, type TimelineWindow } from "@ebb/sim/report/TimelineWindow"
import type { Moments } from "../PageData.ts"

type Timeline = ModeReport["timeline"]

export type SeriesName = "slotsReady" | "inFlight" | "waiting" | "errors"

/** One measure over the time of a run. */
export interface Chart {
  readonly name: SeriesName
  readonly title: string
  /** What one value says, for a table. */
  readonly unit: string
  readonly kind: "line" | "bars"
}

/** The measures that have a chart, in the order in which they are shown. */
export const charts: ReadonlyArray<Chart> = [
  { name: "slotsReady", title: "Slots ready", unit: "slots of runners that take requests", kind: "line" },
  { name: "inFlight", title: "In flight", unit: "requests on a runner", kind: "line" },
  { name: "waiting", title: "Queue", unit: "requests waiting for a slot", kind: "line" },
  { name: "errors", title: "Errors", unit: "requests that failed in the step", kind: "bars" }
]

/** The end of each step in milliseconds: a value tells of the time up to it. */
export const stepEndsMs = ({ slotsReady, stepMs }: Timeline): ReadonlyArray<number> =>
  slotsReady.map((_, step) => (step + 1) * stepMs)

/** The part of what is shown that says how high a chart goes: what the warm-up did is drawn, but no scale is made for it. */
export const scaleWindow = (window: TimelineWindow, { forMs, warmupMs }: Moments): TimelineWindow => {
  const fromMs = Math.max(window.fromMs, Math.min(warmupMs, forMs / 2))
  return fromMs < window.toMs ? { ...window, fromMs } : window
}

/** The highest value of a measure that the window shows in any mode, interval included. */
export const topOf = (modes: ReadonlyArray<ModeReport>, name: SeriesName, window: TimelineWindow): number =>
  Math.max(1, ...modes.flatMap(({ timeline }) => timeline.band[name].high.slice(...stepsIn(timeline, window))))

/** What a chart shows, in one sentence for those who do not see it. */
export const describe = (
  chart: Chart,
  { mode, timeline }: ModeReport,
  window: TimelineWindow,
  number: (value: number) => string
): string => {
  const values = timeline[chart.name].slice(...stepsIn(timeline, window))
  const least = Math.min(...values)
  const most = Math.max(...values)
  const total = values.reduce((sum, value) => sum + value, 0)
  const range =
    chart.kind === "bars"
      ? `${number(total)} in all, at most ${number(most)} in one step`
      : `between ${number(least)} and ${number(most)}`
  return `${chart.title}, ${mode}: ${range}`
}
