import type { Grace } from "@ebb/plan/grace/Grace"
import * as Format from "@ebb/text/Format"

const width = 640
const height = 230
const left = 70
const right = 12
const bottom = 30
const top = 16
/** Marks that are closer to each other than that have their words on either side. */
const close = 130

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

/** Whether another mark stands so shortly after one that its words would run into it. */
const isBeside = (at: number, other: number): boolean => other > at && other - at < close && at > left + close

/** The share of the requests in flight that is cut against the grace period, with its band, the knee and today's period. */
export const GraceCurve = ({ grace }: { readonly grace: Grace }) => {
  const end = endOf(grace)
  const points = grace.curve.filter(({ graceSeconds }) => graceSeconds <= end)
  const most = Math.max(0.01, ...points.map(({ share }) => share.high))
  const x = (seconds: number): number => left + (seconds / end) * (width - left - right)
  const y = (share: number): number => top + (1 - share / most) * (height - top - bottom)
  const line = (of: (point: (typeof points)[number]) => number, those = points): string =>
    those.map((point) => `${x(point.graceSeconds).toFixed(1)},${y(of(point)).toFixed(1)}`).join(" ")
  const band = `${line(({ share }) => share.high)} ${line(({ share }) => share.low, points.toReversed())}`
  const marks = [
    { seconds: grace.today.graceSeconds, label: "today" },
    ...(grace.knee === null ? [] : [{ seconds: grace.knee, label: "knee" }])
  ].filter(({ seconds }) => seconds <= end)
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
        {marks.map(({ label, seconds }) => (
          <line key={label} class="mark" x1={x(seconds)} x2={x(seconds)} y1={top} y2={height - bottom} />
        ))}
        {marks.map(({ label, seconds }, at) => {
          const isLeft = x(seconds) > width * 0.75 || marks.some((other) => isBeside(x(seconds), x(other.seconds)))
          return (
            <text
              key={label}
              x={x(seconds) + (isLeft ? -5 : 5)}
              y={top + 14 + at * 22}
              text-anchor={isLeft ? "end" : "start"}
            >
              {label} {time(seconds)}
            </text>
          )
        })}
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
        Requests in flight that a rollout cuts, by grace period; band: 95 % interval.
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
          <th scope="row">cut of the requests in flight</th>
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
