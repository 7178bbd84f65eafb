import uPlot from "uplot"
import { short } from "../views/Timeline.tsx"
import { levels, roundAbove } from "./AxisLevels.ts"
import { leftPx, rightPx, type Span, ticks } from "./TimeAxis.ts"

/** One line, or one kind of bar, of a lane. */
export interface LaneSeries {
  /** The custom property with its colour. */
  readonly colour: string
  readonly dash?: ReadonlyArray<number>
}

/** How a lane looks apart from its numbers. */
export interface LaneStyle {
  readonly kind: "steps" | "bars"
  readonly series: ReadonlyArray<LaneSeries>
  readonly heightPx: number
  /** What a number on its axis says. */
  readonly tick: (value: number) => string
}

/** The numbers of a lane: a column a series, each as long as `atMs`. */
export interface LaneData {
  readonly atMs: ReadonlyArray<number>
  readonly columns: ReadonlyArray<ReadonlyArray<number | null>>
}

const colour = (element: Element, name: string): string => getComputedStyle(element).getPropertyValue(name).trim()

const seriesOf = ({ kind, series }: LaneStyle): Array<uPlot.Series> => [
  {},
  ...series.map((one, at): uPlot.Series => {
    const stroke = (chart: uPlot): string => colour(chart.root, one.colour)
    const fill = (chart: uPlot): string => `${colour(chart.root, one.colour)}2e`
    const steps = uPlot.paths.stepped?.({ align: 1 })
    const bars = uPlot.paths.bars?.({ size: [0.8, 30], align: 1 })
    const paths = kind === "bars" ? bars : steps
    return {
      stroke,
      fill: kind === "bars" ? stroke : at === 0 && series.length === 1 ? fill : "transparent",
      width: kind === "bars" ? 0 : 1.75,
      points: { show: false },
      ...(one.dash === undefined ? {} : { dash: [...one.dash] }),
      ...(paths === undefined ? {} : { paths })
    }
  })
]

const font = "11px system-ui, 'DejaVu Sans', sans-serif"

const axesOf = ({ tick }: LaneStyle, levelsNow: () => Array<number>): Array<uPlot.Axis> => {
  const quiet = (chart: uPlot): string => colour(chart.root, "--quiet")
  const grid = { stroke: (chart: uPlot) => colour(chart.root, "--grid"), width: 1 }
  return [
    {
      grid,
      ticks: { show: false },
      size: 0,
      values: () => [],
      splits: (chart) => ticks({ fromMs: chart.scales["x"]!.min!, toMs: chart.scales["x"]!.max! }, chart.width)
    },
    {
      stroke: quiet,
      grid,
      ticks: { show: false },
      font,
      size: leftPx,
      gap: 5,
      splits: levelsNow,
      values: (_, splits) => splits.map(tick)
    }
  ]
}

/** Null where there is no number at all. */
const topOf = (columns: ReadonlyArray<ReadonlyArray<number | null>>): number | null => {
  let top: number | null = null
  for (const column of columns) for (const value of column) if (value !== null) top = Math.max(top ?? 0, value)
  return top === null ? null : roundAbove(top)
}

/** A chart over the time that all lanes share; the pointer is at the same moment in all of them. */
export class Lane {
  private readonly chart: uPlot
  private span: Span
  private top: number | null = null

  constructor(host: HTMLElement, style: LaneStyle, span: Span, onCursor: (index: number | null) => void) {
    this.span = span
    const options: uPlot.Options = {
      width: host.clientWidth || 300,
      height: style.heightPx,
      legend: { show: false },
      padding: [7, rightPx, 7, 0],
      scales: {
        x: { time: false, range: () => [this.span.fromMs, this.span.toMs] },
        y: { range: () => [0, this.top ?? 1] }
      },
      axes: axesOf(style, () => (this.top === null ? [] : levels(this.top))),
      series: seriesOf(style),
      cursor: { y: false, drag: { x: false, y: false }, points: { show: false }, sync: { key: "lanes" } },
      hooks: { setCursor: [(chart) => onCursor(chart.cursor.idx ?? null)] }
    }
    this.chart = new uPlot(options, [[], ...style.series.map(() => [])], host)
  }

  draw({ atMs, columns }: LaneData, span: Span): void {
    this.span = span
    this.top = topOf(columns)
    this.chart.setData([[...atMs], ...columns.map((column) => [...column])])
  }

  resize(width: number, height: number): void {
    if (width > 0) this.chart.setSize({ width, height })
  }

  repaint(): void {
    this.chart.redraw(false)
  }

  destroy(): void {
    this.chart.destroy()
  }
}

/** A count on an axis. */
export const countTick = (value: number): string => short(value)
