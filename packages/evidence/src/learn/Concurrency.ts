import type { Requests } from "../requests/Requests.ts"
import { quantile, sampleOf } from "./Sample.ts"

/** When work on a request is known to have gone on: from its start, else from its arrival. */
export const fromMs = (requests: Requests, at: number): number => {
  const startMs = requests.startMs[at]!
  return Number.isNaN(startMs) ? requests.arrivalMs[at]! : startMs
}

/** Most at a time of intervals; one that ends when another begins is over, and an overlap no longer than the resolution is none. */
export const mostAtOnce = (starts: Float64Array, ends: Float64Array, resolutionMs = 0): number => {
  const isLonger = (at: number): boolean => ends[at]! - starts[at]! > resolutionMs
  const begin = starts.filter((_, at) => isLonger(at)).sort()
  const end = ends
    .filter((_, at) => isLonger(at))
    .map((ms) => ms - resolutionMs)
    .sort()
  let [most, over] = [0, 0]
  for (let at = 0; at < begin.length; at++) {
    while (over < end.length && end[over]! <= begin[at]!) over++
    most = Math.max(most, at + 1 - over)
  }
  return most
}

/** The intervals of work of those requests that have an end. */
const intervals = (requests: Requests) => {
  const chosen: Array<number> = []
  for (let at = 0; at < requests.count; at++) if (!Number.isNaN(requests.endMs[at]!)) chosen.push(at)
  return {
    starts: Float64Array.from(chosen, (at) => fromMs(requests, at)),
    ends: Float64Array.from(chosen, (at) => requests.endMs[at]!)
  }
}

/** Most requests in work at a time; 0 where no durations are known. */
export const peak = (requests: Requests): number => {
  const { ends, starts } = intervals(requests)
  return mostAtOnce(starts, ends, requests.resolutionMs)
}

/** What the requests of one runner say of it. */
export interface RunnerLife {
  readonly name: string
  readonly requests: number
  readonly firstMs: number
  readonly lastMs: number
  /** Most of its requests at a time. */
  readonly most: number
}

/** Every runner that a request names. */
export const runners = (requests: Requests): ReadonlyArray<RunnerLife> => {
  const lists = new Map<number, Array<number>>()
  for (let at = 0; at < requests.count; at++) {
    const runner = requests.runner[at]!
    if (runner < 0 || Number.isNaN(requests.endMs[at]!)) continue
    const list = lists.get(runner)
    if (list === undefined) lists.set(runner, [at])
    else list.push(at)
  }
  return [...lists].map(([runner, list]) => {
    const starts = Float64Array.from(list, (at) => fromMs(requests, at))
    const ends = Float64Array.from(list, (at) => requests.endMs[at]!)
    return {
      name: requests.runners[runner]!,
      requests: list.length,
      firstMs: starts.reduce((a, b) => Math.min(a, b), Infinity),
      lastMs: ends.reduce((a, b) => Math.max(a, b), -Infinity),
      most: Math.max(1, mostAtOnce(starts, ends, requests.resolutionMs))
    }
  })
}

/** A larger share hides which requests met. */
export const shareMost = 0.05

/** What the times are exact to, as a share of the usual time of work. */
export const resolutionShare = (requests: Requests): number => {
  const { ends, starts } = intervals(requests)
  return requests.resolutionMs / quantile(sampleOf(ends.map((ms, at) => ms - starts[at]!)), 0.5)
}

/** Whether times are so rough that the most requests at a time are only a bound: whole seconds are. */
export const isRough = (requests: Requests): boolean =>
  requests.resolutionMs >= 1000 || resolutionShare(requests) > shareMost
