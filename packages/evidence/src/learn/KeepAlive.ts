import type { Requests } from "../requests/Requests.ts"
import { timelines } from "./RunnerTimeline.ts"

/** The longest that a runner stood idle and then worked again, and how many such idle times were seen. */
export interface Idle {
  readonly longestMs: number
  readonly n: number
}

/** Null where no runner ever stood idle between two requests. */
export const longestIdle = (requests: Requests): Idle | null => {
  const gaps = timelines(requests).flatMap(({ atMs, count }) =>
    Array.from(count.subarray(0, -1), (running, at) => (running === 0 ? atMs[at + 1]! - atMs[at]! : 0)).filter(
      (ms) => ms > 0
    )
  )
  return gaps.length === 0 ? null : { longestMs: gaps.reduce((a, b) => Math.max(a, b)), n: gaps.length }
}
