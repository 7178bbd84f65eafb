import type { ModeReport } from "@ebb/sim/measure/ModeReport"
import * as TimelineWindow from "@ebb/sim/report/TimelineWindow"
import { useState } from "preact/hooks"
import type { Moments } from "../PageData.ts"
import { type Chart, charts, scaleWindow, stepEndsMs, topOf } from "./Chart.ts"
import { moment } from "./TimeInRun.ts"
import { short, Timeline } from "./Timeline.tsx"

interface Props {
  readonly modes: ReadonlyArray<ModeReport>
  readonly moments: Moments
  readonly seeds: number
  /** The seeds roll out at different moments, which their timelines are laid over each other at. */
  readonly isSpread: boolean
}

const rowsMax = 60

/** The numbers of a row of charts, for those who would rather read them. */
const Numbers = ({
  chart,
  modes,
  window
}: {
  readonly chart: Chart
  readonly modes: ReadonlyArray<ModeReport>
  readonly window: TimelineWindow.TimelineWindow
}) => {
  const [first] = modes
  if (first === undefined) return null
  const [from, to] = TimelineWindow.stepsIn(first.timeline, window)
  const every = Math.ceil((to - from) / rowsMax)
  const steps = stepEndsMs(first.timeline)
    .map((endMs, step) => ({ endMs, step }))
    .slice(from, to)
  return (
    <details>
      <summary>{chart.title} in numbers</summary>
      <div class="scroll" role="region" tabIndex={0} aria-label={`${chart.title} in numbers`}>
        <table class="numbers">
          <caption>
            {chart.title}: {chart.unit}; mean over the seeds
          </caption>
          <thead>
            <tr>
              <th scope="col">up to</th>
              {modes.map(({ mode }) => (
                <th key={mode} scope="col">
                  {mode}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {steps
              .filter(({ step }) => (step - from) % every === 0)
              .map(({ endMs, step }) => (
                <tr key={step}>
                  <th scope="row">{moment(endMs)}</th>
                  {modes.map(({ mode, timeline }) => (
                    <td key={mode}>{short(timeline[chart.name][step] ?? 0)}</td>
                  ))}
                </tr>
              ))}
          </tbody>
        </table>
      </div>
    </details>
  )
}

/** Every measure over time, the modes side by side on the same scales. */
export const Timelines = ({ isSpread, modes, moments, seeds }: Props) => {
  const [isWhole, setWhole] = useState(false)
  const around = TimelineWindow.around(modes, moments.atMs, moments.forMs)
  const window = isWhole ? { fromMs: 0, toMs: moments.forMs } : around
  const scaled = scaleWindow(window, moments)
  const canZoom = around.fromMs > 0 || around.toMs < moments.forMs
  const baseline = modes.find(({ mode }) => mode === "none") ?? null
  return (
    <section class="card" aria-labelledby="timelines">
      <h2 id="timelines">Over time</h2>
      <p class="quiet small">
        Minutes of the run across. {seeds > 1 ? `Line: mean of ${seeds} seeds; band: its 95 % interval. ` : ""}
        {baseline === null || modes.length === 1 ? "" : "Dotted: without a rollout. "}
        {moments.atMs === null
          ? ""
          : `Upright line: the rollout${isSpread ? " of each seed, laid over each other, the first" : ""} at ${moment(moments.atMs)}; shaded: what counts as "during".`}
      </p>
      {canZoom ? (
        <p class="actions">
          <button type="button" aria-pressed={isWhole} onClick={() => setWhole(!isWhole)}>
            {isWhole ? "Around the rollout" : "Whole run"}
          </button>
        </p>
      ) : null}
      {charts.map((chart) => {
        const top = topOf(modes, chart.name, scaled)
        return (
          <div key={chart.name} class="measure">
            <h3>
              {chart.title} <span class="quiet small">{chart.unit}</span>
            </h3>
            <div class="panels" style={{ "--panels": modes.length }}>
              {modes.map((mode) => (
                <Timeline
                  key={mode.mode}
                  chart={chart}
                  mode={mode}
                  baseline={mode === baseline ? null : baseline}
                  top={top}
                  panels={modes.length}
                  moments={moments}
                  window={window}
                />
              ))}
            </div>
            <Numbers chart={chart} modes={modes} window={window} />
          </div>
        )
      })}
    </section>
  )
}
