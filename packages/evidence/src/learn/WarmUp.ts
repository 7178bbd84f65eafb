import type { Requests } from "../requests/Requests.ts"
import { fromMs } from "./Concurrency.ts"
import { aloneMs } from "./Interference.ts"
import { timelines } from "./RunnerTimeline.ts"
import { mean } from "./Sample.ts"

export interface WarmUp {
  readonly requests: number
  readonly factor: number
  /** Runners that were seen from their start on. */
  readonly n: number
}

const candidates = [1, 2, 3, 5, 10, 20, 50, 100]
const runnersLeast = 3
const tLeast = 4
const factorLeast = 1.1

/** By how much the first requests of a new runner take longer, and how many; null where they do not, or no runner was seen to begin. */
export const warmUp = (requests: Requests, interference: number): WarmUp | null => {
  const alone = aloneMs(requests, interference)
  const firstMs = requests.arrivalMs[0]!
  const settleMs = (requests.arrivalMs[requests.count - 1]! - firstMs) / 50
  // Those of the first moments were there before.
  const fresh = timelines(requests).filter(({ atMs }) => atMs[0]! > firstMs + settleMs)
  if (fresh.length < runnersLeast) return null
  const found = candidates.map((count) => {
    const parts = fresh.map(({ requests: places }) => partedAt(requests, places, count))
    const [early, late] = (["early", "late"] as const).map((part) => parts.flatMap((each) => each[part]))
    return { count, ...difference(logsOf(alone, early!), logsOf(alone, late!)) }
  })
  const best = found.reduce((a, b) => (b.t > a.t ? b : a))
  const factor = Math.exp(best.difference)
  return best.t < tLeast || factor < factorLeast ? null : { requests: best.count, factor, n: fresh.length }
}

/** The first requests and the others; of those that began at one instant nobody knows which was first. */
const partedAt = (requests: Requests, places: ReadonlyArray<number>, count: number) => {
  const last = places[count - 1]
  const next = places[count]
  if (last === undefined || next === undefined) return { early: places, late: [] }
  const isTied = (at: number): boolean =>
    fromMs(requests, at) === fromMs(requests, last) && requests.arrivalMs[at] === requests.arrivalMs[last]
  if (!isTied(next)) return { early: places.slice(0, count), late: places.slice(count) }
  const told = (at: number): boolean => !isTied(at)
  return { early: places.slice(0, count).filter(told), late: places.slice(count).filter(told) }
}

const logsOf = (values: Float64Array, places: ReadonlyArray<number>): ReadonlyArray<number> =>
  places.map((at) => Math.log(values[at]!))

const variance = (values: ReadonlyArray<number>, middle: number): number =>
  values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / Math.max(1, values.length - 1)

/** By how much the first values are larger on average, and Welch's t. */
const difference = (early: ReadonlyArray<number>, late: ReadonlyArray<number>) => {
  if (early.length < 3 || late.length < 10) return { difference: 0, t: 0 }
  const [a, b] = [mean(early), mean(late)]
  const spread = Math.sqrt(variance(early, a) / early.length + variance(late, b) / late.length)
  return { difference: a - b, t: spread === 0 ? (a > b ? Infinity : 0) : (a - b) / spread }
}
