import type { ModeReport } from "@ebb/sim/measure/ModeReport"
import * as Format from "@ebb/text/Format"
import { useEffect, useRef } from "preact/hooks"
import type { TimelineWindow } from "@ebb/sim/report/TimelineWindow"
import type { Moments } from "../PageData.ts"
import { type Chart, describe, stepEndsMs } from "./Chart.ts"
import { dashOf } from "./Modes.ts"
import { moment } from "./TimeInRun.ts"
import * as Plot from "./Plot.ts"
import { keepPainted } from "./Repaint.ts"

/** A number on a chart: whole where it is large. */
export const short = (value: number): string => (value >= 1000 ? Format.many(value) : String(+value.toPrecision(3)))

interface Props {
  readonly chart: Chart
  readonly mode: ModeReport
  readonly baseline: ModeReport | null
  readonly top: number
  /** How many charts share a row. */
  readonly panels: number
  readonly moments: Moments
  /** What part of the run is shown. */
  readonly window: TimelineWindow
}

const dataOf = ({ baseline, chart, mode, moments, top, window }: Props): Plot.PlotData => ({
  endsMs: stepEndsMs(mode.timeline),
  mean: mode.timeline[chart.name],
  low: mode.timeline.band[chart.name].low,
  high: mode.timeline.band[chart.name].high,
  baseline: baseline === null || chart.kind === "bars" ? null : baseline.timeline[chart.name],
  top,
  moments,
  window
})

const readingAt = (data: Plot.PlotData, step: number | null): string => {
  const mean = step === null ? undefined : data.mean[step]
  if (step === null || mean === undefined) return ""
  const [low = mean, high = mean] = [data.low[step], data.high[step]]
  const band = short(low) === short(high) ? "" : ` (${short(low)}–${short(high)})`
  return `${moment(data.endsMs[step] ?? 0)}: ${short(mean)}${band}`
}

const height = 118

/** On paper a row of charts is as wide as the page, and drawn twice as fine. */
const paper = { rowWidth: 680, height: 96, scale: 2 }

const styleOf = (host: HTMLElement, { chart, mode, panels }: Props, onPaper: boolean): Plot.PlotStyle => {
  const style = { kind: chart.kind, dash: dashOf(mode.mode), tick: short }
  if (!onPaper) return { ...style, width: host.clientWidth || 300, height, scale: 1 }
  const { rowWidth, scale } = paper
  return { ...style, width: (rowWidth / panels) * scale, height: paper.height * scale, scale }
}

/** Keeps a chart in the element as long as that is there; answers what undoes it. */
const keepPlot = (
  host: HTMLElement,
  latest: { readonly current: Props },
  plot: { current: Plot.Plot | null },
  say: (text: string) => void
): (() => void) => {
  const draw = (onPaper: boolean): void => {
    plot.current?.destroy()
    const style = styleOf(host, latest.current, onPaper)
    plot.current = Plot.make(host, style, dataOf(latest.current), (step) =>
      say(readingAt(dataOf(latest.current), step))
    )
  }
  draw(false)
  const sizes = new ResizeObserver(() => plot.current?.resize(host.clientWidth))
  sizes.observe(host)
  const forget = keepPainted({ repaint: () => plot.current?.repaint(), paper: draw })
  return () => {
    forget()
    sizes.disconnect()
    plot.current?.destroy()
    plot.current = null
  }
}

/** One measure of one mode over time: the mean over the seeds, its interval as a band, and no rollout as a dotted line. */
export const Timeline = (props: Props) => {
  const { chart, mode } = props
  const host = useRef<HTMLDivElement>(null)
  const reading = useRef<HTMLSpanElement>(null)
  const plot = useRef<Plot.Plot | null>(null)
  const latest = useRef(props)
  latest.current = props
  useEffect(() => {
    if (host.current === null) return
    return keepPlot(host.current, latest, plot, (text) => {
      if (reading.current !== null) reading.current.textContent = text
    })
  }, [chart, mode.mode])
  useEffect(() => plot.current?.update(dataOf(props)))
  return (
    <figure class={`timeline mode-${mode.mode}`}>
      <figcaption>
        <span class="mode-name">{mode.mode}</span> <span class="reading" ref={reading} />
      </figcaption>
      <div ref={host} class="plot" role="img" aria-label={describe(chart, mode, props.window, short)} />
    </figure>
  )
}
