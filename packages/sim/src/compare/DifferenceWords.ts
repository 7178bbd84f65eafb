import type { Estimate } from "../measure/Statistics.ts"
import type { MeasureComparison } from "./Comparison.ts"
import { sizeWithInterval } from "./ComparisonRows.ts"

/** What is said of a difference: `size` as people read it, without a sign. */
type Words = (size: string, isMore: boolean) => string

/** `1 more error`, `1.9 ± 1.0 fewer errors`; `rest` follows the noun. */
const howMany =
  (noun: string, rest = ""): Words =>
  (size, isMore) =>
    `${size} ${isMore ? "more" : "fewer"} ${noun}${size === "1" ? "" : "s"}${rest}`

const howMuch =
  (what: string): Words =>
  (size, isMore) =>
    `${size} ${isMore ? "more" : "less"} ${what}`

const compared =
  (what: string, more: string, less: string): Words =>
  (size, isMore) =>
    `${what} ${size} ${isMore ? more : less}`

const ofRequests = (rest: string): Words => howMany("request", rest)

const known: Readonly<Record<string, Words>> = {
  "requests.accepted": ofRequests(""),
  "requests.completed": ofRequests(" completed"),
  "requests.errored": howMany("error"),
  "requests.erroredOfWarmup": howMany("error", " of warm-up requests"),
  "requests.cancelled": ofRequests(" cancelled by their callers"),
  "requests.pending": ofRequests(" still open at the end"),
  "capacity.slotsReadyBefore": howMany("slot", " ready before the rollout"),
  "capacity.slotsReadyLowest": howMany("slot", " ready at the lowest point"),
  "capacity.recoveryMs": compared("recovery", "longer", "shorter"),
  graceNeededMs: compared("grace needed", "longer", "shorter"),
  coldStarts: howMany("cold start"),
  "runnerSeconds.billable": howMuch("runner time billed"),
  "cost.amount": compared("cost", "higher", "lower"),
  "lostWork.seconds": howMuch("work thrown away")
}

const windows: Readonly<Record<string, string>> = {
  before: "before the rollout",
  during: "during the rollout",
  after: "after the rollout"
}

/** `inFlight.direct.retried`: the kind is left out for both together. */
const inFlight = (path: string): Words | null => {
  const [, kind = "", fate] = /^inFlight\.(?:(direct|queued)\.)?(\w+)$/.exec(path) ?? []
  if (fate === undefined) return null
  const noun = kind === "" ? "request" : `${kind} request`
  return howMany(noun, fate === "atStart" ? " in flight at the rollout" : ` in flight ${fate}`)
}

const times = (path: string): Words | null => {
  const [, what, window = "", part] = /^(latency|queueWait)Ms\.(\w+)\.(\w+)$/.exec(path) ?? []
  if (part === undefined) return null
  return compared(`${part} ${what === "latency" ? "latency" : "queue wait"} ${windows[window]}`, "longer", "shorter")
}

const errorsOf = (path: string): Words | null => {
  const [, type] = /^errorsByType\.(.+)$/.exec(path) ?? []
  return type === undefined ? null : howMany("error", ` of type ${type}`)
}

/** How many of the runs: 1 or 0 in each. */
const shares: Readonly<Record<string, string>> = {
  "capacity.neverRecovered": "never recovered",
  "rollouts.unfinished": "did not finish the rollout"
}

const percent = ({ high, low, mean, n }: Estimate): Estimate => ({
  mean: mean * 100,
  low: low * 100,
  high: high * 100,
  n
})

/** A measure by which this spec differs, as part of a sentence: `1.9 ± 1.0 more errors`. */
export const of = (measure: MeasureComparison, difference: Estimate, currency: string): string => {
  const { label, measure: path } = measure
  const isMore = difference.mean > 0
  if (shares[path] !== undefined) {
    const size = sizeWithInterval(measure, percent(difference), currency)
    return `${size} % ${isMore ? "more" : "fewer"} of the runs ${shares[path]}`
  }
  const words = known[path] ?? inFlight(path) ?? times(path) ?? errorsOf(path) ?? compared(label, "more", "less")
  return words(sizeWithInterval(measure, difference, currency), isMore)
}
