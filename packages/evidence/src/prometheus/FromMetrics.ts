import * as Format from "@ebb/text/Format"
import type { Evidence } from "../learn/Evidence.ts"
import type { Finding, Missing } from "../learn/Finding.ts"
import { yamlText } from "../learn/Values.ts"
import * as Histogram from "./Histogram.ts"
import { grown, isCounter, largest, type Scrape, sums } from "./Scrapes.ts"
import * as ServiceTime from "./ServiceTime.ts"

/** Histograms of how long work takes, those that hold the least of anything else first. */
const histograms: ReadonlyArray<{ readonly name: string; readonly isWork: boolean; readonly isGauge?: boolean }> = [
  { name: "vllm:request_inference_time_seconds", isWork: true },
  { name: "request_predict_seconds", isWork: true },
  { name: "vllm:e2e_request_latency_seconds", isWork: false },
  { name: "fal_app_request_latency", isWork: false, isGauge: true },
  { name: "http_request_duration_seconds", isWork: false }
]

/** What the platform counts in the last minute, and a sandbox since its start. */
const received = "fal_app_requests_received"

/** Counters of requests, those of arrivals first. */
const counters = [
  received,
  "vllm:request_success_total",
  "request_predict_seconds_count",
  "http_requests_total",
  "http_request_duration_seconds_count"
]

const coarse = (source: string, path: string, value: string, n: number, note: string): Finding => ({
  path,
  value,
  from: source,
  n,
  sure: "coarse",
  note
})

/** How long work takes, by the first histogram that says it; where none does, why. */
const service = (scrapes: ReadonlyArray<Scrape>, source: string): Finding | Missing => {
  const path = "traffic[0].service"
  const refused: Array<Missing> = []
  for (const { isGauge = false, isWork, name } of histograms) {
    const histogram = Histogram.between(scrapes, name, isGauge)
    if (histogram === null) continue
    const found = ServiceTime.ofHistogram(histogram)
    const what = isWork ? "" : "; from arrival to answer, so waits count as work"
    if ("value" in found) return coarse(source, path, found.value, histogram.count, `${name}, ${found.note}${what}`)
    refused.push({ path, how: `${name} has ${found.how}` })
  }
  return refused[0] ?? { path, how: "no histogram of the scrapes counted how long requests take; give ebb a log" }
}

const rateText = (perSecond: number): string =>
  perSecond >= 0.1 ? `${Number(perSecond.toPrecision(3))}/s` : `${Number((perSecond * 60).toPrecision(3))}/m`

const arrivals = (scrapes: ReadonlyArray<Scrape>, source: string): Finding | null => {
  const perMinute = isCounter(scrapes, received) ? null : sums(scrapes, received)
  if (perMinute !== null && perMinute.most > 0) {
    const middle = (perMinute.least + perMinute.most) / 2
    return coarse(
      source,
      "traffic[0].arrivals",
      `{ poisson: ${rateText(middle / 60)} }`,
      scrapes.length,
      `${received}, from ${perMinute.least} to ${perMinute.most} a minute; that they come independently is assumed`
    )
  }
  const seconds = (scrapes.at(-1)!.atMs - scrapes[0]!.atMs) / 1000
  const [name, count] =
    counters.map((each) => [each, grown(scrapes, each)] as const).find(([, value]) => value !== null && value > 0) ?? []
  if (name === undefined || count === null || count === undefined || !(seconds > 0)) return null
  return coarse(
    source,
    "traffic[0].arrivals",
    `{ poisson: ${rateText(count / seconds)} }`,
    count,
    `${name} grew by ${Format.integer(count)} in ${Format.duration(seconds * 1000)}; that they come independently is assumed`
  )
}

const isServing = ({ state }: Readonly<Record<string, string>>): boolean =>
  state === undefined || /^(?:idle|running)$/iu.test(state)

const runners = (scrapes: ReadonlyArray<Scrape>, source: string): ReadonlyArray<Finding> => {
  const found = sums(scrapes, "fal_app_runners", isServing)
  const type = scrapes.flatMap(({ samples }) => samples).find(({ name }) => name === "fal_app_runners")?.labels[
    "machine_type"
  ]
  if (found === null) return []
  const base = (path: string, value: string, note: string) => coarse(source, path, value, scrapes.length, note)
  return [
    base("scaling.min_concurrency", String(found.least), "fewest runners idle or running in any scrape"),
    base(
      "scaling.max_concurrency",
      String(Math.max(1, found.most)),
      "most runners idle or running in any scrape: at least so many were allowed"
    ),
    ...(type === undefined
      ? []
      : [{ ...base("app.machine_type", yamlText(type), "label machine_type"), sure: "measured" as const }])
  ]
}

const multiplexing = (scrapes: ReadonlyArray<Scrape>, source: string): Finding | null => {
  const most = largest(scrapes, "vllm:num_requests_running")
  return most === null || most < 1
    ? null
    : coarse(
        source,
        "app.max_multiplexing",
        String(most),
        scrapes.length,
        "vllm:num_requests_running at its most in any scrape: at least so many at a time"
      )
}

const waits = (scrapes: ReadonlyArray<Scrape>): ReadonlyArray<string> => {
  const found = Histogram.between(scrapes, "vllm:request_queue_time_seconds")
  if (found === null) return []
  const [p50, p99] = [0.5, 0.99].map((share) => ServiceTime.quantileText(Histogram.quantile(found, share)))
  return [`wait in line: p50 ${p50}, p99 ${p99}`]
}

/** What scrapes of metrics say; all of it coarse. */
export const evidence = (scrapes: ReadonlyArray<Scrape>, source: string, times: string): Evidence => {
  const work = service(scrapes, source)
  const found = [
    multiplexing(scrapes, source),
    ...runners(scrapes, source),
    arrivals(scrapes, source),
    "value" in work ? work : null
  ]
  return {
    source,
    requests: null,
    findings: found.filter((finding): finding is Finding => finding !== null),
    missing: [
      { path: "traffic[0].arrivals", how: "metrics hold rates, not requests: a log says when each came" },
      ...("how" in work ? [work] : [])
    ],
    notes: [`read ${Format.counted(scrapes.length, "scrape")} of metrics, ${times}`, ...waits(scrapes)]
  }
}
