import uPlot from "uplot"
import type { TimelineWindow } from "@ebb/sim/report/TimelineWindow"
import type { Moments } from "../PageData.ts"

/** What one chart draws; all lists are as long as `endsMs`. */
export interface PlotData {
  readonly endsMs: ReadonlyArray<number>
  readonly mean: ReadonlyArray<number>
  readonly low: ReadonlyArray<number>
  readonly high: ReadonlyArray<number>
  /** The same measure without a rollout, to compare with; null where this is that chart, or there is none. */
  readonly baseline: ReadonlyArray<number> | null
  readonly top: number
  readonly moments: Moments
  readonly window: TimelineWindow
}

/** How a chart looks apart from its numbers. */
export interface PlotStyle {
  readonly kind: "line" | "bars"
  readonly dash: ReadonlyArray<number>
  readonly width: number
  readonly height: number
  /** Times the size of letters and lines: a chart drawn large and shown small is sharp on paper. */
  readonly scale: number
  /** The number on an axis. */
  readonly tick: (value: number) => string
}

/** A chart on the page. */
export interface Plot {
  readonly update: (data: PlotData) => void
  readonly resize: (width: number) => void
  /** Draws it again, after colours have changed. */
  readonly repaint: () => void
  readonly destroy: () => void
}

const minuteMs = 60_000
const increments = [0.25, 0.5, 1, 2, 5, 10, 15, 20, 30, 60, 120, 240, 360, 720, 1440].map((min) => min * minuteMs)

const minutes = (ms: number): string => `${+(ms / minuteMs).toFixed(2)}`

const colour = (element: Element, name: string): string => getComputedStyle(element).getPropertyValue(name).trim()

/** The window in which the effect is measured, and the moment of the rollout. */
const drawMoments = (chart: uPlot, { atMs, windowEndMs }: Moments): void => {
  if (atMs === null || windowEndMs === null) return
  const { ctx } = chart
  const { height, left, top, width } = chart.bbox
  const x = (ms: number): number => Math.max(left, Math.min(left + width, chart.valToPos(ms, "x", true)))
  ctx.save()
  ctx.fillStyle = colour(chart.root, "--window")
  ctx.fillRect(x(atMs), top, x(windowEndMs) - x(atMs), height)
  ctx.strokeStyle = colour(chart.root, "--quiet")
  ctx.lineWidth = devicePixelRatio
  ctx.setLineDash([])
  ctx.beginPath()
  ctx.moveTo(x(atMs), top)
  ctx.lineTo(x(atMs), top + height)
  ctx.stroke()
  ctx.restore()
}

const columns = ({ baseline, endsMs, high, low, mean }: PlotData): uPlot.AlignedData => [
  [...endsMs],
  [...high],
  [...low],
  [...(baseline ?? endsMs.map(() => null))],
  [...mean]
]

/** A value is of all of its step, at whose end it stands: so a change shows in the step in which it came. */
const stepped = uPlot.paths.stepped === undefined ? {} : { paths: uPlot.paths.stepped({ align: -1 }) }

const invisible: uPlot.Series = { stroke: "transparent", width: 0, points: { show: false }, ...stepped }

const scaled = (lengths: ReadonlyArray<number>, scale: number): Array<number> => lengths.map((one) => one * scale)

const seriesOf = (style: PlotStyle): Array<uPlot.Series> => [
  {},
  invisible,
  invisible,
  {
    stroke: (chart) => colour(chart.root, "--none"),
    width: style.scale,
    dash: scaled([2, 3], style.scale),
    points: { show: false },
    ...stepped
  },
  {
    stroke: (chart) => colour(chart.root, "--mode"),
    width: style.kind === "bars" ? 0 : 2 * style.scale,
    points: { show: false },
    ...stepped,
    ...(style.dash.length === 0 ? {} : { dash: scaled(style.dash, style.scale) }),
    ...(style.kind === "bars" && uPlot.paths.bars !== undefined
      ? {
          fill: (chart: uPlot) => colour(chart.root, "--mode"),
          paths: uPlot.paths.bars({ size: [0.9, 40], align: -1 })
        }
      : {})
  }
]

const widthOfDigit = 6.5
/** How many letters the widest number has. */
const longest = (values: ReadonlyArray<string | null> | null): number =>
  Math.max(0, ...(values ?? []).map((value) => value?.length ?? 0))

const axesOf = ({ scale, tick }: PlotStyle): Array<uPlot.Axis> => {
  const font = `${11 * scale}px system-ui, 'DejaVu Sans', sans-serif`
  const quiet = (chart: uPlot): string => colour(chart.root, "--quiet")
  const grid = { stroke: (chart: uPlot) => colour(chart.root, "--grid"), width: scale }
  return [
    {
      stroke: quiet,
      grid: { show: false },
      ticks: { ...grid, size: 4 * scale },
      font,
      size: 22 * scale,
      gap: 2 * scale,
      space: 34 * scale,
      incrs: increments,
      values: (_, splits) => splits.map(minutes)
    },
    {
      stroke: quiet,
      grid,
      ticks: { show: false },
      font,
      size: (_, values) => scale * Math.max(38, 10 + widthOfDigit * longest(values)),
      gap: 4 * scale,
      space: 24 * scale,
      values: (_, splits) => splits.map(tick)
    }
  ]
}

/** Draws a chart into an element; `onCursor` is told the step under the pointer, null when there is none. */
export const make = (
  host: HTMLElement,
  style: PlotStyle,
  first: PlotData,
  onCursor: (step: number | null) => void
): Plot => {
  let data = first
  const options: uPlot.Options = {
    width: style.width,
    height: style.height,
    legend: { show: false },
    padding: [6 * style.scale, 8 * style.scale, 0, 0],
    scales: {
      x: { time: false, range: () => [data.window.fromMs, data.window.toMs] },
      y: { range: () => [0, data.top * 1.05] }
    },
    axes: axesOf(style),
    series: seriesOf(style),
    bands: [{ series: [1, 2], fill: (chart) => `${colour(chart.root, "--mode")}33` }],
    cursor: { y: false, drag: { x: false, y: false }, points: { show: false }, sync: { key: "time" } },
    hooks: {
      drawClear: [(chart) => drawMoments(chart, data.moments)],
      setCursor: [(chart) => onCursor(chart.cursor.idx ?? null)]
    }
  }
  const chart = new uPlot(options, columns(first), host)
  return {
    update: (next) => {
      data = next
      chart.setData(columns(next))
    },
    resize: (width) => chart.setSize({ width, height: style.height }),
    repaint: () => chart.redraw(false),
    destroy: () => chart.destroy()
  }
}
