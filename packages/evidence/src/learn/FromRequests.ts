import { fromMs as durationOf } from "@ebb/text/Duration"
import * as Format from "@ebb/text/Format"
import { Outcome, type Requests } from "../requests/Requests.ts"
import * as Arrivals from "./Arrivals.ts"
import { isRough, mostAtOnce, peak, runners } from "./Concurrency.ts"
import type { Finding, Missing } from "./Finding.ts"
import { type Interference, interference, isTooRough, workMs } from "./Interference.ts"
import { longestIdle } from "./KeepAlive.ts"
import { warmUp } from "./WarmUp.ts"
import { fits, modes, tailIndex } from "./Fits.ts"
import { quantile, type Sample, sampleOf } from "./Sample.ts"
import { toEnd } from "./Steps.ts"
import { durationText, secondsText } from "./Values.ts"

/** The file of requests that the spec names. */
export const requestsFile = "requests.csv"

/** What is learnt of how requests on a runner slow each other down: 0 where it cannot be told from none. */
const slowing = (requests: Requests): Interference | null => toEnd(searchSlowing(requests))

/** It takes long to find, and is asked for by several. */
const slowings = new WeakMap<Requests, Interference | null>()

/** Finds it step by step; what was found once is there at once. */
export function* searchSlowing(requests: Requests): Generator<undefined, Interference | null> {
  const there = slowings.get(requests)
  if (there !== undefined) return there
  const found = yield* interference(requests)
  const told = found === null || found.value > 2 * found.error ? found : { ...found, value: 0 }
  slowings.set(requests, told)
  return told
}

const waits = (requests: Requests): Sample =>
  requests.meaning.waits
    ? sampleOf(
        Float64Array.from({ length: requests.count }, (_, at) => requests.startMs[at]! - requests.arrivalMs[at]!)
      )
    : new Float64Array()

const times = (sample: Sample): string =>
  `p50 ${durationText(quantile(sample, 0.5))}, p90 ${durationText(quantile(sample, 0.9))}, p99 ${durationText(quantile(sample, 0.99))}`

/** The service times in words: spread, the nearest distribution, a heavy tail, humps. */
const shape = (sample: Sample): string => {
  const [best] = fits(sample)
  const tail = tailIndex(sample)
  const humps = modes(sample)
  return [
    times(sample),
    ...(best === undefined ? [] : [`nearest is ${best.yaml}, off by ${best.distance.toFixed(3)} (Kolmogorov–Smirnov)`]),
    ...(tail === null || tail > 2 ? [] : [`heavy tail of index ${tail.toFixed(1)}`]),
    ...(humps.length < 2 ? [] : [`a mixture, with humps near ${humps.map(durationText).join(" and ")}`])
  ].join("; ")
}

const failedIn = ({ outcome }: Requests): number => outcome.filter((each) => each === Outcome.error).length

const serviceFinding = (requests: Requests, source: string, slowed: number): Finding | null => {
  if (requests.meaning.duration === "none") return null
  const sample = sampleOf(workMs(requests, slowed))
  if (sample.length === 0) return null
  const failed = failedIn(requests)
  const isBound = requests.meaning.duration === "latency"
  return {
    path: "traffic[0].service",
    value: `{ empirical: { file: ${requestsFile}, column: service } }`,
    from: source,
    n: sample.length,
    sure: isBound ? "coarse" : "measured",
    note: `${shape(sample)}${isBound ? "; from arrival to answer, so whatever a request waited behind the proxy counts as work" : ""}${failed > 0 ? `; without the ${Format.integer(failed)} that failed: they stay arrivals, and take as long as the others` : ""}${slowed > 0 ? "; as it would be alone on its runner" : ""}`
  }
}

const arrivalsFinding = (requests: Requests, source: string): Finding => ({
  path: "traffic[0].arrivals",
  value: `{ trace: { file: ${requestsFile}, timestamp: arrived } }`,
  from: source,
  n: requests.count,
  sure: "measured",
  note: Arrivals.describe(requests).join("; ")
})

/** What runner ids say; without them only how many requests were in work at once. */
const capacityFindings = (requests: Requests, source: string): ReadonlyArray<Finding> => {
  if (requests.meaning.duration === "none") return []
  const lives = runners(requests)
  if (lives.length === 0) return [slots(requests, source)]
  const { least, most } = atOnce(lives, requests.resolutionMs)
  const of = Format.counted(lives.length, "runner")
  const base = { from: source, n: lives.length }
  return [
    ...slotsFinding(requests, Math.max(...lives.map((life) => life.most)), { ...base, of }),
    {
      ...base,
      path: "scaling.max_concurrency",
      value: String(most),
      sure: "coarse",
      note: `most runners at a time between their first and last request, of ${of}: at least so many were allowed`
    },
    {
      ...base,
      path: "scaling.min_concurrency",
      value: String(least),
      sure: "coarse",
      note: "fewest runners at a time between their first and last request; at most so many were kept"
    },
    ...(most > least ? keepAliveFinding(requests, source) : [])
  ]
}

/** Of rough times, one at a time is no more than was known before. */
const slotsFinding = (
  requests: Requests,
  most: number,
  { from, n, of }: Pick<Finding, "from" | "n"> & { readonly of: string }
): ReadonlyArray<Finding> => {
  const known = { path: "app.max_multiplexing", value: String(most), from, n }
  const note = `most requests at a time on one of ${of}`
  if (!isRough(requests)) return [{ ...known, sure: "measured", note }]
  const bound = `at least: ${precision(requests)}, and an overlap no longer than that is not counted`
  return most === 1 ? [] : [{ ...known, sure: "coarse", note: `${note}; ${bound}` }]
}

const precision = ({ resolutionMs }: Requests): string => `times are exact to ${durationText(resolutionMs)}`

/** Runners came and went: one that worked again after standing idle was kept at least that long. */
const keepAliveFinding = (requests: Requests, source: string): ReadonlyArray<Finding> => {
  const idle = longestIdle(requests)
  if (idle === null) return []
  const note = "the longest that a runner stood idle and then worked again: it was kept at least so long"
  return [
    { path: "scaling.keep_alive", value: secondsText(idle.longestMs), from: source, n: idle.n, sure: "coarse", note }
  ]
}

const slots = (requests: Requests, source: string): Finding => ({
  path: "scaling.max_concurrency",
  value: String(Math.max(1, peak(requests))),
  from: source,
  n: requests.count,
  sure: "coarse",
  note: "most requests in work at a time, so with one at a time on a runner at least so many runners; divide it by max_multiplexing"
})

/** Fewest and most runners at a time, apart from the edges of what was seen. */
const atOnce = (
  lives: ReturnType<typeof runners>,
  resolutionMs: number
): { readonly least: number; readonly most: number } => {
  const firstMs = Math.min(...lives.map((life) => life.firstMs))
  const lastMs = Math.max(...lives.map((life) => life.lastMs))
  const at = Array.from({ length: 201 }, (_, step) => firstMs + ((lastMs - firstMs) * (10 + step * 0.9)) / 200)
  const alive = at.map((ms) => lives.filter((life) => life.firstMs <= ms && ms <= life.lastMs).length)
  const most = mostAtOnce(
    Float64Array.from(lives, (life) => life.firstMs),
    Float64Array.from(lives, (life) => life.lastMs),
    resolutionMs
  )
  return { least: Math.min(most, ...alive), most: Math.max(1, most) }
}

/** Runs of more requests take long to rehearse. */
const requestsRehearsed = 50_000
const longestMs = 24 * 3_600_000

/** A part with less than this share of the usual rate of requests shows nothing of the rest. */
const rateLeast = 0.1

/** What is rehearsed: how long, how many requests that is, and whether these are next to none. */
const rehearsed = (requests: Requests) => {
  const allMs = Arrivals.spanMs(requests)
  const { arrivalMs, count } = requests
  const firstMs = arrivalMs[0]!
  const most = count > requestsRehearsed ? arrivalMs[requestsRehearsed]! - firstMs : allMs
  const forMs = Math.min(most, longestMs)
  const later = arrivalMs.findIndex((ms) => ms - firstMs > forMs)
  const kept = later < 0 ? count : later
  return { allMs, forMs, kept, isSparse: kept / forMs < (rateLeast * count) / allMs }
}

const runFinding = (requests: Requests, source: string): ReadonlyArray<Finding> => {
  const { allMs, forMs, isSparse, kept } = rehearsed(requests)
  if (allMs < 1000) return []
  const note =
    forMs < allMs
      ? `the first ${Format.duration(forMs)} of ${Format.duration(allMs)}, with ${Format.integer(kept)} of ${Format.counted(requests.count, "request")}; more takes longer`
      : "all that was seen"
  return [
    {
      path: "run.for",
      value: durationOf(Math.max(1, Math.floor(forMs / 1000)) * 1000),
      from: source,
      n: kept,
      sure: isSparse ? "coarse" : "measured",
      note
    }
  ]
}

/** Warns of a rehearsal that would say nothing of what was seen. */
const sparse = (requests: Requests): ReadonlyArray<string> => {
  const { allMs, forMs, isSparse, kept } = rehearsed(requests)
  return allMs >= 1000 && isSparse
    ? [
        `run.for holds only ${Format.integer(kept)} of ${Format.counted(requests.count, "request")}, those of the first ${Format.duration(forMs)}: a rehearsal of them says nothing; remove the rows before the traffic begins, or write a longer run.for`
      ]
    : []
}

/** To so many digits a rate is known at all. */
const rounded = (value: number): string => String(Number(value.toFixed(3)))

const paceFindings = (requests: Requests, source: string): ReadonlyArray<Finding> => {
  const slowed = slowing(requests)
  if (slowed === null) return []
  const warm = warmUp(requests, slowed.value)
  const around = `± ${(2 * slowed.error).toFixed(3)}`
  const note =
    slowed.value === 0
      ? `none that can be told from ${around}`
      : `${around}: by so much each other request on its runner slows one down`
  return [
    { path: "runner.interference", value: rounded(slowed.value), from: source, n: slowed.n, sure: "measured", note },
    ...(warm === null
      ? []
      : [
          {
            path: "runner.warm_up",
            value: `{ requests: ${warm.requests}, factor: ${Number(warm.factor.toPrecision(3))} }`,
            from: source,
            n: warm.n,
            sure: "measured" as const,
            note: `the first requests of ${Format.counted(warm.n, "runner")} that was seen to begin take longer`
          }
        ])
  ]
}

/** What requests say of the values of a spec. */
export const findings = (requests: Requests, source: string): ReadonlyArray<Finding> => {
  const service = serviceFinding(requests, source, slowing(requests)?.value ?? 0)
  return [
    ...capacityFindings(requests, source),
    ...paceFindings(requests, source),
    arrivalsFinding(requests, source),
    ...(service === null ? [] : [service]),
    ...runFinding(requests, source)
  ]
}

/** What requests say that no value of a spec holds. */
export const notes = (requests: Requests): ReadonlyArray<string> => {
  const errors = failedIn(requests)
  const refused = requests.outcome.filter((outcome) => outcome === Outcome.userError).length
  const share = (count: number): string => `${((count / requests.count) * 100).toFixed(2)} %`
  const waited = waits(requests)
  const wait = waited.length === 0 ? [] : [`wait from being sent to work: ${times(waited)}`]
  const seen = [...requests.notes, ...sparse(requests), ...wait]
  if (!requests.meaning.outcomes) return [...seen, "nothing says which requests failed"]
  return [
    ...seen,
    `${errors} of ${Format.integer(requests.count)} requests failed (${share(errors)}), ${refused} were the caller's mistakes (${share(refused)})`
  ]
}

/** What overlaps would say were they exact. */
const missingOverlaps = (requests: Requests): ReadonlyArray<Missing> => {
  const { meaning, runners: named } = requests
  if (named.length === 0 || meaning.duration === "none") return []
  const how = `${precision(requests)}, too rough to tell which requests met on a runner: log them to the millisecond ($msec in nginx)`
  const isUntold = meaning.duration === "service" && slowing(requests) === null && isTooRough(requests)
  return [
    ...(isRough(requests) ? [{ path: "app.max_multiplexing", how }] : []),
    ...(isUntold ? [{ path: "runner.interference", how }] : [])
  ]
}

/** What requests leave open. */
export const missing = (requests: Requests): ReadonlyArray<Missing> => {
  const { meaning } = requests
  return [
    ...(meaning.duration === "none" && !Number.isNaN(requests.tokens[0] ?? NaN)
      ? [
          {
            path: "traffic[0].service",
            how: "the trace has tokens, not times: if you know the time to the first token and for each, write { tokens: { generated: tokens, first: …, each: … } }"
          }
        ]
      : []),
    ...(meaning.duration === "none" && Number.isNaN(requests.tokens[0] ?? NaN)
      ? [{ path: "traffic[0].service", how: "log how long requests take ($request_time in nginx, %D in Apache)" }]
      : []),
    ...(meaning.duration === "latency"
      ? [
          {
            path: "traffic[0].service",
            how: "log the time at the runner itself ($upstream_response_time in nginx), or spans of the server"
          }
        ]
      : []),
    ...missingOverlaps(requests),
    ...(requests.runners.length === 0
      ? [
          {
            path: "app.max_multiplexing",
            how: "log which runner answered ($upstream_addr in nginx, upstream_host in Envoy)"
          }
        ]
      : [])
  ]
}

/** The requests as a file: all as arrivals; the time of work is empty of what failed or has no end. */
export function* lines(requests: Requests): Iterable<string> {
  const hasService = requests.meaning.duration !== "none"
  const hasTokens = !Number.isNaN(requests.tokens[0] ?? NaN)
  yield `arrived${hasService ? ",service" : ""}${hasTokens ? ",tokens" : ""}\n`
  const firstMs = requests.arrivalMs[0] ?? 0
  const work = workMs(requests, slowing(requests)?.value ?? 0)
  const seconds = (ms: number): string => (Number.isNaN(ms) ? "" : String(Number((ms / 1000).toFixed(6))))
  for (let at = 0; at < requests.count; at++) {
    const service = hasService ? `,${seconds(work[at]!)}` : ""
    const tokens = hasTokens ? `,${Number.isNaN(requests.tokens[at]!) ? 0 : requests.tokens[at]}` : ""
    yield `${seconds(requests.arrivalMs[at]! - firstMs)}${service}${tokens}\n`
  }
}
