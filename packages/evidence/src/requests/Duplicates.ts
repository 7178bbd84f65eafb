import * as Format from "@ebb/text/Format"
import type { Requests } from "./Requests.ts"

/** Fewer than these may be alike by chance. */
const shareLeast = 0.01

const keyOf = ({ endMs, outcome, runner, startMs, tokens }: Requests, at: number): string =>
  [startMs[at], endMs[at], tokens[at], outcome[at], runner[at]].join(" ")

/** How many requests are like an earlier one in all that is known of them. */
const count = (requests: Requests): number => {
  const { arrivalMs } = requests
  let found = 0
  let keys = new Set<string>()
  for (let at = 0; at < requests.count; at++) {
    const isFirst = arrivalMs[at] !== arrivalMs[at - 1]
    if (isFirst) keys = new Set()
    if (isFirst && arrivalMs[at] !== arrivalMs[at + 1]) continue
    const key = keyOf(requests, at)
    if (keys.has(key)) found++
    else keys.add(key)
  }
  return found
}

/** Tells of them where they are many: they raise the rate, and how many are in work at a time. */
export const note = (requests: Requests): ReadonlyArray<string> => {
  const found = count(requests)
  if (found === 0 || found < requests.count * shareLeast) return []
  return [
    `${Format.integer(found)} of ${Format.counted(requests.count, "request")} are exact duplicates of an earlier one: where lines stand twice in the log, the rate and the most requests at a time are too high; keep one of each`
  ]
}
