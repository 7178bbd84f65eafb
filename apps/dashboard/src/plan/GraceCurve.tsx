import type { Grace } from "@ebb/plan/grace/Grace"
import * as Format from "@ebb/text/Format"
import * as MarkLabels from "./MarkLabels.ts"

const width = 640
const plotHeight = 184
const left = 78
const right = 12
const bottom = 30
/** A row of words above the curve. */
const rowHeight = 26

const time = (seconds: number): string => Format.span(seconds * 1000)
const percent = (share: number): string => `${+(share * 100).toPrecision(3)} %`

const roundSeconds = [1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1200, 1800, 3600]

/** Round times for the axis, at most seven, fewer where they have two units. */
const ticksTo = (end: number): ReadonlyArray<number> => {
  const most = end > 60 ? 5 : 7
  const step = roundSeconds.find((seconds) => end / seconds <= most) ?? end
  return Array.from({ length: Math.floor(end / step) + 1 }, (_, at) => at * step)
}

/** Where the curve ends to be drawn: where next to nothing is cut, or at today's period where that is not far beyond. */
const endOf = ({ curve, periods, today }: Grace): number => {
  const nearlyAll = periods.find(({ loss }) => loss === 0.001)?.graceSeconds ?? curve.at(-1)!.graceSeconds
  return Math.max(1, nearlyAll, today.graceSeconds <= 3 * nearlyAll ? today.graceSeconds : 0)
}

/** Whether half of a time would not fit between there and the edge. */
const isLast = (at: number): boolean => at > width - right - 25

/** Lines down to the axis, and their names. */
const Marks = ({ labels, toY }: { readonly labels: ReadonlyArray<MarkLabels.Label>; readonly toY: number }) => (
  <g>
    {labels.map((label) => (
      <line key={label.text} class="mark" x1={label.x} x2={label.x} y1={label.row * rowHeight + 2} y2={toY} />
    ))}
    {labels.map(({ isLeft, row, text, x: at }) => (
      <text
        key={text}
        class="mark-label"
        x={at + (isLeft ? -5 : 5)}
        y={row * rowHeight + 20}
        text-anchor={isLeft ? "end" : "start"}
      >
        {text}
      </text>
    ))}
  </g>
)

/** The share of the requests in flight that is cut against the grace period, with its band, the knee and today's period. */
export const GraceCurve = ({ grace }: { readonly grace: Grace }) => {
  const end = endOf(grace)
  const points = grace.curve.filter(({ graceSeconds }) => graceSeconds <= end)
  const most = Math.max(0.01, ...points.map(({ share }) => share.high))
  const marks = [
    { seconds: grace.today.graceSeconds, label: "today" },
    ...(grace.knee === null ? [] : [{ seconds: grace.knee, label: "knee" }])
  ].filter(({ seconds }) => seconds <= end)
  const top = 12 + marks.length * rowHeight
  const height = top + plotHeight + bottom
  const x = (seconds: number): number => left + (seconds / end) * (width - left - right)
  const y = (share: number): number => top + (1 - share / most) * (height - top - bottom)
  const line = (of: (point: (typeof points)[number]) => number, those = points): string =>
    those.map((point) => `${x(point.graceSeconds).toFixed(1)},${y(of(point)).toFixed(1)}`).join(" ")
  const hasBand = points.some(({ share }) => share.n > 1)
  const band = `${line(({ share }) => share.high)} ${line(({ share }) => share.low, points.toReversed())}`
  const labels = MarkLabels.place(
    marks.map(({ label, seconds }) => ({ x: x(seconds), text: `${label} ${time(seconds)}` })),
    width - right
  )
  const said = marks.map(({ label, seconds }) => `${label} ${time(seconds)}`).join(", ")
  return (
    <figure class="curve">
      <svg
        class="grace-curve"
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label={`Cut of the requests in flight by grace period, from 0 s to ${time(Math.round(end))}; ${said}`}
      >
        {[0, 0.5, 1].map((part) => (
          <g key={part}>
            <line class="grid" x1={left} x2={width - right} y1={y(most * part)} y2={y(most * part)} />
            <text x={left - 6} y={y(most * part) + 4} text-anchor="end">
              {Math.round(most * part * 100)} %
            </text>
          </g>
        ))}
        <polygon class="band" points={band} />
        <polyline class="line" points={line(({ share }) => share.mean)} />
        <Marks labels={labels} toY={height - bottom} />
        {ticksTo(end).map((seconds) => (
          <text
            key={seconds}
            x={x(seconds)}
            y={height - 8}
            dx={isLast(x(seconds)) ? right - 2 : 0}
            text-anchor={isLast(x(seconds)) ? "end" : "middle"}
          >
            {time(seconds)}
          </text>
        ))}
      </svg>
      <figcaption class="quiet small">
        Requests in flight that a rollout cuts, by grace period{hasBand ? "; band: 95 % interval" : ""}.
      </figcaption>
    </figure>
  )
}

/** The periods for each loss, with the requests that they cut. */
export const Periods = ({ grace }: { readonly grace: Grace }) => (
  <div class="scroll" role="region" tabIndex={0} aria-label="Grace periods">
    <table class="numbers lined">
      <thead>
        <tr>
          <th scope="row">
            {grace.timingOut === null
              ? "cut of the requests in flight"
              : "cut of those that request_timeout does not end"}
          </th>
          {["period", "direct", "queued", "worst hour", "cut in rollouts"].map((head) => (
            <th key={head} scope="col">
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {grace.periods.map(({ confirmed, direct, graceSeconds, loss, queued, told, worstHour }) => (
          <tr key={loss}>
            <th scope="row">{loss === 0 ? "none that was seen" : `at most ${percent(loss)}`}</th>
            {[graceSeconds, direct, queued, worstHour].map((seconds, at) => (
              <td key={at}>{seconds !== null ? time(seconds) : told || at > 0 ? Format.none : "too few seen"}</td>
            ))}
            <td>{confirmed === null ? Format.none : Format.count(confirmed)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
)
