import type { Requests } from "./Requests.ts"

type Times = Pick<Requests, "count" | "arrivalMs" | "startMs" | "endMs">

/** What clocks and programs count in, in milliseconds. */
const steps = [1000, 100, 10, 1, 0.1]
const minuteMs = 60_000
/** Times since 1970 in milliseconds are no nearer than this to what was written. */
const noiseMs = 0.0005
const stepLeast = 0.01
/** Of times of ten steps each one lies on the wider step by chance. */
const share = 0.8
const looked = 10_000

const stepOf = (ms: number): number =>
  steps.find((step) => Math.abs(ms / step - Math.round(ms / step)) * step <= noiseMs) ?? stepLeast

/** The step that most values are whole multiples of; 0 of none. */
const stepIn = (values: ReadonlyArray<number>): number => {
  const known = values.filter((ms) => !Number.isNaN(ms))
  if (known.length === 0) return 0
  return known.every((ms) => ms % minuteMs === 0)
    ? minuteMs
    : known.map(stepOf).sort((a, b) => a - b)[Math.floor(share * (known.length - 1))]!
}

/**
 * What the times are exact to, by the steps in which they come: written times are rounded. Where a program wrote one end of
 * a request and how long it took, the other end has the rounding of both.
 */
export const resolutionOf = ({ arrivalMs, count, endMs, startMs }: Times, isReckoned: boolean): number => {
  const apart = Math.max(1, Math.ceil(count / looked))
  const places = Array.from({ length: Math.ceil(count / apart) }, (_, at) => at * apart)
  const from = places.map((at) => (Number.isNaN(startMs[at]!) ? arrivalMs[at]! : startMs[at]!))
  const to = places.map((at) => endMs[at]!)
  const took = stepIn(to.map((ms, at) => ms - from[at]!))
  return Math.max(stepIn(from), stepIn(to), took) + (isReckoned ? took : 0)
}
