import * as Format from "@ebb/text/Format"
import type { GraceShares } from "./GraceOfSeed.ts"
import * as GraceStops from "./GraceStops.ts"

const width = 268
const height = 46
/** Half the handle of the slider above: its ends are so far from the edges. */
const inset = 8

const percent = (share: number): string => `${share >= 0.1 ? Math.round(share * 100) : +(share * 100).toPrecision(2)} %`

/** Fewer than these, none of which was cut, leave it open whether one in ten would be. */
const enoughSeen = 30

const said = ({ points, seen }: GraceShares, graceSeconds: number): string => {
  const share = points.find((point) => point.graceSeconds === graceSeconds)?.share.mean
  if (points.length === 0) return "Nothing is ever in flight."
  if (seen < enoughSeen) return `${Format.counted(seen, "request")} seen in flight: too few to tell.`
  if (share === undefined) return ""
  return share === 0
    ? `Cuts none of the ${Format.counted(seen, "request")} seen in flight.`
    : `Cuts ${percent(share)} of the requests in flight.`
}

/** What each grace period cuts of the requests in flight, below its place on the slider. */
export const GraceUnderSlider = ({
  graceSeconds,
  shares
}: {
  readonly graceSeconds: number
  readonly shares: GraceShares | null
}) => {
  const stops = GraceStops.around(graceSeconds)
  const points = (shares?.points ?? []).filter((point) => stops.includes(point.graceSeconds))
  const x = (seconds: number): number => inset + (stops.indexOf(seconds) / (stops.length - 1)) * (width - 2 * inset)
  const y = (share: number): number => 2 + (1 - Math.min(1, share)) * (height - 4)
  const line = (of: (point: (typeof points)[number]) => number, those = points): string =>
    those.map((point) => `${x(point.graceSeconds).toFixed(1)},${y(of(point)).toFixed(1)}`).join(" ")
  const band = `${line(({ share }) => share.high)} ${line(({ share }) => share.low, points.toReversed())}`
  const text = shares === null ? "Looking at what is in flight …" : said(shares, graceSeconds)
  const at = points.find((point) => point.graceSeconds === graceSeconds)
  return (
    <figure class="grace-under">
      <svg viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
        <line class="grid" x1={inset} x2={width - inset} y1={y(0)} y2={y(0)} />
        <polygon class="band" points={band} />
        <polyline class="line" points={line(({ share }) => share.mean)} />
        {at === undefined ? null : (
          <g>
            <line class="mark" x1={x(graceSeconds)} x2={x(graceSeconds)} y1={2} y2={height - 2} />
            <circle class="here" cx={x(graceSeconds)} cy={y(at.share.mean)} r={3.5} />
          </g>
        )}
      </svg>
      <figcaption class="quiet small">{text}</figcaption>
    </figure>
  )
}
