import { Outcome, type Requests } from "../requests/Requests.ts"
import { fromMs, resolutionShare, runners, shareMost } from "./Concurrency.ts"
import { meanLogDensity } from "./Density.ts"
import { placeBelow, placeIn, type Timeline, timelines } from "./RunnerTimeline.ts"
import { mean } from "./Sample.ts"

const requestsLeast = 200
/** Where the rounding of times leaves open what came before an end, others are counted wrongly, and slow one down by less than they did. */
const blurredMost = 0.1
const spreadLeast = 0.05
/** No interference that cannot be told from so much is nothing that was seen. */
const vagueFrom = 0.2

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

/** The same of the requests whose work says how long work takes; NaN of what failed or has no end. */
export const workMs = (requests: Requests, interference: number): Float64Array =>
  aloneMs(requests, interference).map((ms, at) => (requests.outcome[at] === Outcome.error ? NaN : ms))

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
  /** The share of ends of which it is not told what came before them. */
  readonly blurred: number
  /** The mean log-likelihood. */
  readonly at: (interference: number) => number
}

/**
 * How likely the ends that were seen are under a value: each request has the work that it did alone, drawn from the density
 * of all of them, and did the last of it at the rate of the moment when it ended. That is the accelerated failure time model with
 * a rate that changes with time (Cox and Oakes, Analysis of Survival Data, 1984, chapter 5), its density left open.
 */
const likelihoodOf = (requests: Requests): Likelihood => {
  const slots = runners(requests).reduce((most, life) => Math.max(most, life.most), 1)
  const ended = timelines(requests).map((timeline) => ({ timeline, requests: endedIn(requests, timeline, slots) }))
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
  const blurred = ended.reduce((sum, each) => sum + each.requests.filter(({ isBlurred }) => isBlurred).length, 0)
  return {
    n: others.length,
    spread: Math.sqrt(mean(others.map((count) => (count - middle) ** 2))),
    blurred: blurred / others.length,
    at
  }
}

/** Where in its runner's timeline a request began and ended, and how many others were in work when it ended. */
interface Ended {
  readonly from: number
  readonly to: number
  readonly others: number
  /** Whether something else came about so near to its end that it may in truth have come before. */
  readonly isBlurred: boolean
}

/** What failed says nothing of how long work takes; it slowed down others all the same. */
const endedIn = (
  requests: Requests,
  { atMs, count, requests: places }: Timeline,
  slots: number
): ReadonlyArray<Ended> => {
  const reachMs = requests.keepsOrder ? 0 : requests.resolutionMs / 2
  return places
    .filter((at) => requests.outcome[at] !== Outcome.error)
    .map((at) => {
      const endMs = requests.endMs[at]!
      const [to, before] = [placeIn(atMs, endMs), placeBelow(atMs, endMs)]
      const [low, high] = [placeBelow(atMs, endMs - reachMs), placeIn(atMs, endMs + reachMs)]
      // Where all slots were taken, what begins when it ends begins after it.
      const isReplaced = count[low] === slots && high - low === 2 && count[high] === slots
      return {
        from: placeIn(atMs, fromMs(requests, at)),
        to,
        others: isReplaced ? slots - 1 : count[before]! - 1,
        isBlurred: reachMs > 0 && !isReplaced && high - low > 1
      }
    })
}

/** From the coarse to the fine: between two of these the likelihood has one peak. */
const coarse = [0, 0.02, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3, 6, 10]

/** Where a function that rises and then falls is greatest; a step for each few of its values. */
function* peakOf(of: (value: number) => number): Generator<undefined, number> {
  const values: Array<number> = []
  for (const value of coarse) {
    values.push(of(value))
    yield
  }
  const best = values.indexOf(Math.max(...values))
  let [low, high] = [coarse[Math.max(0, best - 1)]!, coarse[Math.min(coarse.length - 1, best + 1)]!]
  while (high - low > 0.0005) {
    const [left, right] = [low + (high - low) / 3, high - (high - low) / 3]
    if (of(left) < of(right)) low = left
    else high = right
    yield
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

/** Whether times are too rough to tell which requests slowed each other down. */
export const isTooRough = (requests: Requests): boolean =>
  resolutionShare(requests) > shareMost || likelihoodOf(requests).blurred > blurredMost

/**
 * Null where times are too rough, runners never had two requests at a time, there are too few requests, or they fit any value as well as another.
 * The search takes seconds of a long log: whoever steps through it can do other work meanwhile.
 */
export function* interference(requests: Requests): Generator<undefined, Interference | null> {
  if (requests.meaning.duration !== "service" || resolutionShare(requests) > shareMost) return null
  const likelihood = likelihoodOf(requests)
  if (likelihood.blurred > blurredMost) return null
  if (likelihood.n < requestsLeast || likelihood.spread < spreadLeast) return null
  const value = yield* peakOf(likelihood.at)
  // By twice that part it was too small at most where the truth was known.
  const error = errorOf(likelihood, value) + value * likelihood.blurred
  const isVague = value <= 2 * error && 2 * error > vagueFrom
  return isVague ? null : { value, error, n: likelihood.n }
}
