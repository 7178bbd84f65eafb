import { RequestLog } from "@ebb/evidence/log/RequestLog"
import type { Told } from "@ebb/evidence/log/ColumnLog"
import { fromMs } from "@ebb/evidence/learn/Concurrency"
import { Outcome, type Requests } from "@ebb/evidence/requests/Requests"
import { RowError } from "@ebb/rows/RowError"
import { feedAll } from "@ebb/rows/Feed"

/** The requests of a log whose text is there whole. */
export const read = (text: string, told: Told = { columns: {} }): Requests => {
  const log = new RequestLog(told)
  feedAll(text, log)
  return log.requests()
}

/** What is said of a log that must not be accepted, and of which line. */
export const refusal = (text: string, told?: Told): string => {
  try {
    read(text, told)
  } catch (error) {
    if (error instanceof RowError) return `${error.line}: ${error.message}`
    throw error
  }
  return "accepted"
}

const outcomes = Object.fromEntries(Object.entries(Outcome).map(([name, value]) => [value, name]))

/** Each request in words: when it came after the first, how long it was in work, how it ended, where. */
export const told = (requests: Requests): ReadonlyArray<string> =>
  Array.from({ length: requests.count }, (_, at) => {
    const cameMs = Math.round(requests.arrivalMs[at]! - requests.arrivalMs[0]!)
    const tookMs = Math.round(requests.endMs[at]! - fromMs(requests, at))
    const runner = requests.runners[requests.runner[at]!]
    return `+${cameMs} ms, ${Number.isNaN(tookMs) ? "no end" : `${tookMs} ms`}, ${outcomes[requests.outcome[at]!]}${runner === undefined ? "" : `, ${runner}`}`
  })
