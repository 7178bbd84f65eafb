import type { Requests } from "../requests/Requests.ts"
import { fromMs } from "./Concurrency.ts"

/** The latest requests tell enough. */
const requestsMost = 200_000

/** One runner's requests, and where its count of them changes. */
export interface Timeline {
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
export const timelines = (requests: Requests): ReadonlyArray<Timeline> => {
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
export const placeIn = (values: Float64Array, most: number): number => lastPlace(values, (value) => value <= most)

/** The place of the last value that is below that; -1 when none is. */
export const placeBelow = (values: Float64Array, limit: number): number => lastPlace(values, (value) => value < limit)

const lastPlace = (values: Float64Array, isBefore: (value: number) => boolean): number => {
  let [low, high] = [0, values.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (isBefore(values[middle]!)) low = middle + 1
    else high = middle
  }
  return low - 1
}
