import type { ModeReport } from "@ebb/sim/RehearsalReport"
import * as Format from "@ebb/sim/Format"
import { useEffect, useMemo, useRef } from "preact/hooks"
import type { Moments } from "../PageData.ts"
import { type Chart, describe, stepEndsMs } from "./Chart.ts"
import { dashes } from "./Modes.ts"
import { moment } from "./Moment.ts"
import * as Plot from "./Plot.ts"
import { onRepaint } from "./Repaint.ts"

/** A number on a chart: whole where it is large. */
export const short = (value: number): string => (value >= 10_000 ? Format.many(value) : String(+value.toPrecision(3)))

interface Props {
  readonly chart: Chart
  readonly mode: ModeReport
  readonly baseline: ModeReport | null
  readonly top: number
  readonly moments: Moments
}

const dataOf = ({ baseline, chart, mode, moments, top }: Props): Plot.PlotData => ({
  endsMs: stepEndsMs(mode.timeline),
  mean: mode.timeline[chart.name],
  low: mode.timeline.band[chart.name].low,
  high: mode.timeline.band[chart.name].high,
  baseline: baseline === null || chart.kind === "bars" ? null : baseline.timeline[chart.name],
  top,
  moments
})

const readingAt = (data: Plot.PlotData, step: number | null): string => {
  const mean = step === null ? undefined : data.mean[step]
  if (step === null || mean === undefined) return ""
  const [low = mean, high = mean] = [data.low[step], data.high[step]]
  const band = short(low) === short(high) ? "" : ` (${short(low)}–${short(high)})`
  return `${moment(data.endsMs[step] ?? 0)}: ${short(mean)}${band}`
}

/** One measure of one mode over time: the mean over the seeds, its interval as a band, and no rollout as a dotted line. */
export const Timeline = (props: Props) => {
  const { chart, mode } = props
  const host = useRef<HTMLDivElement>(null)
  const reading = useRef<HTMLSpanElement>(null)
  const plot = useRef<Plot.Plot | null>(null)
  const data = dataOf(props)
  const latest = useRef(data)
  latest.current = data
  const style = useMemo(
    () => ({ kind: chart.kind, dash: dashes[mode.mode], height: 118, tick: short }),
    [chart, mode.mode]
  )
  useEffect(() => {
    const element = host.current
    if (element === null) return
    const made = Plot.make(element, style, latest.current, (step) => {
      if (reading.current !== null) reading.current.textContent = readingAt(latest.current, step)
    })
    plot.current = made
    const sizes = new ResizeObserver(() => made.resize(element.clientWidth))
    sizes.observe(element)
    const forget = onRepaint(made.repaint)
    return () => {
      forget()
      sizes.disconnect()
      made.destroy()
    }
  }, [style])
  useEffect(() => plot.current?.update(data))
  return (
    <figure class={`timeline mode-${mode.mode}`}>
      <figcaption>
        <span class="mode-name">{mode.mode}</span> <span class="reading" ref={reading} />
      </figcaption>
      <div ref={host} class="plot" role="img" aria-label={describe(chart, mode, short)} />
    </figure>
  )
}
