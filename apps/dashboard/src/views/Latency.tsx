import * as Format from "@ebb/text/Format"
import { bracketed } from "@ebb/sim/report/ModeRows"
import type { ModeReport } from "@ebb/sim/measure/ModeReport"

type Summary = ModeReport["latencyMs"]["whole"]
type Window = "whole" | "before" | "during" | "after"

const windows: ReadonlyArray<Window> = ["before", "during", "after"]

/** Without a rollout there is no before and after. */
const undivided: ReadonlyArray<Window> = ["whole"]

interface Scale {
  readonly leastMs: number
  readonly mostMs: number
}

/** The times of all modes on one logarithmic scale. */
const scaleOf = (modes: ReadonlyArray<ModeReport>): Scale => {
  const values = modes.flatMap(({ latencyMs }) =>
    [...windows, ...undivided].flatMap((window) => [latencyMs[window].p50?.mean, latencyMs[window].p99?.mean])
  )
  const given = values.filter((value): value is number => value !== undefined && value > 0)
  if (given.length === 0) return { leastMs: 1, mostMs: 10 }
  return { leastMs: Math.min(...given) / 1.25, mostMs: Math.max(...given) * 1.15 }
}

const place = (ms: number, { leastMs, mostMs }: Scale): number =>
  Math.max(0, Math.min(100, (Math.log(Math.max(ms, leastMs) / leastMs) / Math.log(mostMs / leastMs)) * 100))

const Range = ({ scale, summary }: { readonly scale: Scale; readonly summary: Summary }) => {
  const { p50, p90, p99 } = summary
  if (p50 === null || p90 === null || p99 === null) return null
  const [from, mid, to] = [place(p50.mean, scale), place(p90.mean, scale), place(p99.mean, scale)]
  return (
    <span class="range" aria-hidden="true">
      <span class="reach" style={{ left: `${from}%`, width: `${Math.max(0.5, to - from)}%` }} />
      <span class="tick" style={{ left: `${from}%` }} />
      <span class="tick mid" style={{ left: `${mid}%` }} />
      <span class="tick end" style={{ left: `${to}%` }} />
    </span>
  )
}

const text = (value: Format.Measured | null): string => (value === null ? Format.none : Format.durationOf(value))

const RowOf = ({
  mode,
  scale,
  window
}: {
  readonly mode: ModeReport
  readonly scale: Scale
  readonly window: Window
}) => {
  const summary = mode.latencyMs[window]
  return (
    <tr class={`mode-${mode.mode}`}>
      <th scope="row">
        <span class="mode-name">{mode.mode}</span>
      </th>
      <td class="bar">
        <Range scale={scale} summary={summary} />
      </td>
      {[summary.p50, summary.p90, summary.p99, mode.queueWaitMs[window].p99].map((value, at) => (
        <td key={at}>{bracketed(mode, window, text(value))}</td>
      ))}
    </tr>
  )
}

/** How long callers waited before, during and after the rollout: from the middle of all to the slowest hundredth. */
export const Latency = ({
  modes,
  windowMs
}: {
  readonly modes: ReadonlyArray<ModeReport>
  readonly windowMs: number | null
}) => {
  const scale = scaleOf(modes)
  return (
    <section class="card" aria-labelledby="latency">
      <h2 id="latency">Latency{windowMs === null ? "" : " before, during and after"}</h2>
      <p class="quiet small">
        From submission to answer, by when a request was submitted; a bar reaches from p50 over p90 to p99, on a
        logarithmic scale.
        {windowMs === null ? "" : ` "During" is the ${Format.span(windowMs)} from the rollout on.`}
      </p>
      <div class="scroll" role="region" tabIndex={0} aria-labelledby="latency">
        <table class="latency">
          <thead>
            <tr>
              <th scope="col">
                <span class="hidden">mode</span>
              </th>
              <td class="bar" />
              <th scope="col">p50</th>
              <th scope="col">p90</th>
              <th scope="col">p99</th>
              <th scope="col">wait p99</th>
            </tr>
          </thead>
          {(windowMs === null ? undivided : windows).map((window) => (
            <tbody key={window}>
              <tr class="group">
                <th scope="rowgroup" colSpan={6}>
                  {window === "whole" ? "the whole run" : window}
                </th>
              </tr>
              {modes.map((mode) => (
                <RowOf key={mode.mode} mode={mode} window={window} scale={scale} />
              ))}
            </tbody>
          ))}
        </table>
      </div>
    </section>
  )
}
