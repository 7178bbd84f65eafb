import * as Format from "@ebb/text/Format"
import type { SeenRollout } from "../learn/Evidence.ts"
import type { Requests } from "../requests/Requests.ts"

/** What was seen, in two parts that do not overlap: requests that arrived before the moment, and those from it on. */
export interface Split {
  readonly requests: Requests
  /** The first request of the checked part. */
  readonly at: number
  /** When the checked part begins and ends. */
  readonly fromMs: number
  readonly untilMs: number
  /** The rollouts of the checked part, in order. */
  readonly rollouts: ReadonlyArray<SeenRollout>
}

/** Fewer requests in a part than these say nothing. */
export const requestsLeast = 20

/** Splits by time: `share` of the time that was seen is for fitting. A sentence where there is too little. */
export const split = (requests: Requests, share: number, rollouts: ReadonlyArray<SeenRollout> = []): Split | string => {
  const { arrivalMs, count } = requests
  const [firstMs = 0, lastMs = 0] = [arrivalMs[0], arrivalMs[count - 1]]
  const fromMs = firstMs + (lastMs - firstMs) * share
  const at = arrivalMs.findIndex((ms) => ms >= fromMs)
  const [fitted, checked] = [at, count - at]
  if (at < 0 || fitted < requestsLeast || checked < requestsLeast) {
    return `has ${Format.counted(Math.max(0, fitted), "request")} to fit and ${at < 0 ? 0 : checked} to check; at least ${requestsLeast} of each are needed`
  }
  const within = rollouts.filter(({ atMs }) => atMs >= fromMs && atMs <= lastMs)
  return { requests, at, fromMs, untilMs: lastMs, rollouts: within.toSorted((a, b) => a.atMs - b.atMs) }
}
