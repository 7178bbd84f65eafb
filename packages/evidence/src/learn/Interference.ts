import { Outcome, type Requests } from "../requests/Requests.ts"
import { fromMs } from "./Concurrency.ts"
import { meanLogDensity } from "./Density.ts"
import { mean } from "./Sample.ts"

/** The latest requests tell enough. */
const requestsMost = 200_000
const requestsLeast = 200
const spreadLeast = 0.05

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
    requests: [...places].sort(
      (a, b) => fromMs(requests, a) - fromMs(requests, b) || requests.arrivalMs[a]! - requests.arrivalMs[b]!
    ),
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

export interface Interference {
  readonly value: number
  /** The standard error of the value. */
  readonly error: number
  readonly n: number
}

/** What the likelihood of a value of interference is made of. */
interface Likelihood {
  /** Requests that ended by themselves. */
  readonly n: number
  /** The standard deviation of how many others they ended beside: by one number alone nothing can be compared. */
  readonly spread: number
  /** The mean log-likelihood. */
  readonly at: (interference: number) => number
}

/**
 * How likely the ends that were seen are under a value: each request has the work that it did alone, drawn from the density
 * of all of them, and did the last of it at the rate of the moment when it ended. That is the accelerated failure time model with
 * a rate that changes with time (Cox and Oakes, Analysis of Survival Data, 1984, chapter 5), its density left open.
 */
const likelihoodOf = (requests: Requests): Likelihood => {
  const ended = timelines(requests).map((timeline) => ({ timeline, requests: endedIn(requests, timeline) }))
  const others = Float64Array.from(
    ended.flatMap((each) => each.requests),
    ({ others }) => others
  )
  const at = (interference: number): number => {
    const logs = ended.flatMap(({ requests, timeline }) => {
      const progress = progressOf(timeline, interference)
      return requests.map(({ from, to }) => Math.log(progress[to]! - progress[from]!))
    })
    return meanLogDensity(logs) - mean(logs) - mean(others.map((count) => Math.log(1 + interference * count)))
  }
  const middle = mean(others)
  return { n: others.length, spread: Math.sqrt(mean(others.map((count) => (count - middle) ** 2))), at }
}

/** Where in its runner's timeline a request began and ended, and how many others were in work just before it ended. */
interface Ended {
  readonly from: number
  readonly to: number
  readonly others: number
}

/** What failed says nothing of how long work takes; it slowed down others all the same. */
const endedIn = (requests: Requests, { atMs, count, requests: places }: Timeline): ReadonlyArray<Ended> =>
  places
    .filter((at) => requests.outcome[at] !== Outcome.error)
    .map((at) => {
      const to = placeIn(atMs, requests.endMs[at]!)
      let before = to
      while (atMs[before] === atMs[to]) before--
      return { from: placeIn(atMs, fromMs(requests, at)), to, others: count[before]! - 1 }
    })

/** From the coarse to the fine: between two of these the likelihood has one peak. */
const coarse = [0, 0.02, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3, 6, 10]

/** Where a function that rises and then falls is greatest. */
const peakOf = (of: (value: number) => number): number => {
  const values = coarse.map(of)
  const best = values.indexOf(Math.max(...values))
  let [low, high] = [coarse[Math.max(0, best - 1)]!, coarse[Math.min(coarse.length - 1, best + 1)]!]
  while (high - low > 0.0005) {
    const [left, right] = [low + (high - low) / 3, high - (high - low) / 3]
    if (of(left) < of(right)) low = left
    else high = right
  }
  return low < 0.0005 ? 0 : (low + high) / 2
}

/** The standard error, by how sharply the likelihood falls on both sides (the observed information). */
const errorOf = ({ at, n }: Likelihood, value: number): number => {
  // Close by, what the density's kernel does to it can hide the bend.
  for (let step = Math.max(0.02, value / 10); step < 1; step *= 2) {
    const middle = Math.max(step, value)
    const bend = (2 * at(middle) - at(middle - step) - at(middle + step)) / step ** 2
    if (bend > 0) return 1 / Math.sqrt(n * bend)
  }
  return Infinity
}

/** Null where runners never had two requests at a time, or there are too few requests to tell. */
export const interference = (requests: Requests): Interference | null => {
  if (requests.meaning.duration !== "service") return null
  const likelihood = likelihoodOf(requests)
  if (likelihood.n < requestsLeast || likelihood.spread < spreadLeast) return null
  const value = peakOf(likelihood.at)
  return { value, error: errorOf(likelihood, value), n: likelihood.n }
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
