import { Outcome, type Requests } from "../requests/Requests.ts"
import { fromMs } from "./Concurrency.ts"
import { mean } from "./Sample.ts"

/** The latest requests tell enough. */
const requestsMost = 200_000
const requestsLeast = 200

/** One runner's requests, and where its count of them changes. */
interface Timeline {
  /** Places in the requests, by start. */
  readonly requests: ReadonlyArray<number>
  /** Moments, and how many are in work from each on. */
  readonly atMs: Float64Array
  readonly count: Uint32Array
}

const timelineOf = (requests: Requests, places: ReadonlyArray<number>): Timeline => {
  const changes = places.flatMap((at) => [
    { atMs: fromMs(requests, at), by: 1 },
    { atMs: requests.endMs[at]!, by: -1 }
  ])
  // What ends when another begins is over.
  changes.sort((a, b) => a.atMs - b.atMs || a.by - b.by)
  let running = 0
  return {
    requests: [...places].sort((a, b) => fromMs(requests, a) - fromMs(requests, b)),
    atMs: Float64Array.from(changes, ({ atMs }) => atMs),
    count: Uint32Array.from(changes, ({ by }) => (running += by))
  }
}

/** The timelines of all runners that are named. */
const timelines = (requests: Requests): ReadonlyArray<Timeline> => {
  const byRunner = new Map<number, Array<number>>()
  for (let at = Math.max(0, requests.count - requestsMost); at < requests.count; at++) {
    const runner = requests.runner[at]!
    if (runner < 0 || !(requests.endMs[at]! > fromMs(requests, at))) continue
    const places = byRunner.get(runner)
    if (places === undefined) byRunner.set(runner, [at])
    else places.push(at)
  }
  return [...byRunner.values()].map((places) => timelineOf(requests, places))
}

/** The place of the last value that is at most that; -1 when none is. */
const placeIn = (values: Float64Array, most: number): number => {
  let [low, high] = [0, values.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (values[middle]! <= most) low = middle + 1
    else high = middle
  }
  return low - 1
}

/** How far each request of a runner would have got alone, by the moments of its timeline. */
const progressOf = ({ atMs, count }: Timeline, interference: number): Float64Array => {
  const progress = new Float64Array(atMs.length)
  for (let at = 1; at < atMs.length; at++) {
    const running = Math.max(1, count[at - 1]!)
    progress[at] = progress[at - 1]! + (atMs[at]! - atMs[at - 1]!) / (1 + interference * (running - 1))
  }
  return progress
}

/** How long each request would have taken alone, had others slowed it down by that much; as seen where its runner is not named. */
export const aloneMs = (requests: Requests, interference: number): Float64Array => {
  const alone = Float64Array.from({ length: requests.count }, (_, at) => requests.endMs[at]! - fromMs(requests, at))
  if (interference === 0) return alone
  for (const timeline of timelines(requests)) {
    const progress = progressOf(timeline, interference)
    for (const at of timeline.requests) {
      const [from, to] = [fromMs(requests, at), requests.endMs[at]!].map((ms) => progress[placeIn(timeline.atMs, ms)]!)
      alone[at] = to! - from!
    }
  }
  return alone
}

/** How many a request found on its runner when it began, itself included. */
const foundBy = (requests: Requests): Float64Array => {
  const found = new Float64Array(requests.count).fill(NaN)
  for (const timeline of timelines(requests)) {
    for (const at of timeline.requests) found[at] = timeline.count[placeIn(timeline.atMs, fromMs(requests, at))]!
  }
  return found
}

export interface Interference {
  readonly value: number
  /** The standard error of the value. */
  readonly error: number
  readonly n: number
}

const valueMost = 10

/**
 * By how much each other request on a runner slows one down. How long a request takes alone has nothing to do with how many it
 * found on its runner: the value is right when the logarithm of the time alone is uncorrelated with that number. Null
 * where runners never had two requests at a time, or there are too few.
 */
export const interference = (requests: Requests): Interference | null => {
  if (requests.meaning.duration !== "service") return null
  const found = foundBy(requests)
  const places = Array.from({ length: requests.count }, (_, at) => at).filter(
    // What failed says nothing of how long work takes; it slowed down others all the same.
    (at) => !Number.isNaN(found[at]!) && requests.outcome[at] !== Outcome.error
  )
  if (places.length < requestsLeast) return null
  const middle = mean(places.map((at) => found[at]!))
  const spread = Math.sqrt(mean(places.map((at) => (found[at]! - middle) ** 2)))
  if (spread < 0.05) return null
  const at = (value: number) => {
    const alone = aloneMs(requests, value)
    const logs = places.map((place) => Math.log(alone[place]!))
    const logMiddle = mean(logs)
    const covariance = mean(places.map((place, index) => (found[place]! - middle) * (logs[index]! - logMiddle)))
    return { covariance, deviation: Math.sqrt(mean(logs.map((value) => (value - logMiddle) ** 2))) }
  }
  const value = root((each) => at(each).covariance)
  const slope =
    (at(value + 0.01).covariance - at(Math.max(0, value - 0.01)).covariance) / (value < 0.01 ? value + 0.01 : 0.02)
  const error = (at(value).deviation * spread) / Math.sqrt(places.length) / Math.abs(slope)
  return { value, error, n: places.length }
}

/** Where a falling function is 0, from 0 on. */
const root = (of: (value: number) => number): number => {
  if (of(0) <= 0) return 0
  let [low, high] = [0, 0.1]
  while (high < valueMost && of(high) > 0) [low, high] = [high, high * 2]
  for (let step = 0; step < 18; step++) {
    const middle = (low + high) / 2
    if (of(middle) > 0) low = middle
    else high = middle
  }
  return (low + high) / 2
}

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
  const logs = fresh.map((timeline) => timeline.requests.map((at) => Math.log(alone[at]!)))
  const found = candidates.map((count) => {
    const [early, late] = [logs.flatMap((each) => each.slice(0, count)), logs.flatMap((each) => each.slice(count))]
    return { count, ...difference(early, late) }
  })
  const best = found.reduce((a, b) => (b.t > a.t ? b : a))
  const factor = Math.exp(best.difference)
  return best.t < tLeast || factor < factorLeast ? null : { requests: best.count, factor, n: fresh.length }
}

const variance = (values: ReadonlyArray<number>, middle: number): number =>
  values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / Math.max(1, values.length - 1)

/** By how much the first values are larger on average, and Welch's t. */
const difference = (early: ReadonlyArray<number>, late: ReadonlyArray<number>) => {
  if (early.length < 3 || late.length < 10) return { difference: 0, t: 0 }
  const [a, b] = [mean(early), mean(late)]
  const spread = Math.sqrt(variance(early, a) / early.length + variance(late, b) / late.length)
  return { difference: a - b, t: spread === 0 ? (a > b ? Infinity : 0) : (a - b) / spread }
}
