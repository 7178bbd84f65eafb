import type { RehearsalSpec } from "@ebb/sim/spec/Spec"
import { rolloutOf } from "@ebb/sim/measure/RunMeasures"
import * as Random from "@ebb/sim/workload/Random"
import { streamsOf } from "@ebb/sim/workload/RandomStreams"
import { sampler } from "@ebb/sim/workload/Distribution"
import { Effect } from "effect"
import { fromMs as workFromMs, runners } from "../learn/Concurrency.ts"
import { mean, quantile, type Sample, sampleOf } from "../learn/Sample.ts"
import { Outcome } from "../requests/Requests.ts"
import { checked, type CheckedMeasure } from "./Checked.ts"
import { lookAtMs, looks, predict, type Predicted, specFor } from "./Prediction.ts"
import { replay, type Replayed } from "./Replay.ts"
import { type SeenService, seenService } from "./Service.ts"
import type { Split } from "./Split.ts"

/** What could not be checked, and why. */
export interface Unchecked {
  readonly measure: string
  readonly why: string
}

/** What a spec predicts of the second part of what was seen, beside it. */
export interface Calibration {
  readonly version: 1
  /** Moments of the source's clock, ISO where it counts from 1970, else seconds. */
  readonly split: {
    readonly fittedUntil: string
    readonly checkedFrom: string
    readonly fitted: number
    readonly checked: number
  }
  readonly measures: ReadonlyArray<CheckedMeasure>
  readonly unchecked: ReadonlyArray<Unchecked>
  /** Request by request; null where the source does not know how long each took. */
  readonly replayed: Replayed | null
  readonly stable: { readonly verdict: "stable" | "saturated"; readonly sinceMs: number | null }
  /** What the prediction was given, and where it comes from. */
  readonly basis: ReadonlyArray<string>
}

const quantiles = [
  ["p50", 0.5],
  ["p90", 0.9],
  ["p99", 0.99]
] as const

/** All that the measures are taken from. */
interface Check {
  readonly spec: RehearsalSpec
  readonly split: Split
  readonly service: SeenService | null
  readonly fitted: Sample | null
  readonly runs: ReadonlyArray<Predicted>
  /** As many draws from the fitted part as there are checked requests, for each seed; none where nothing was fitted. */
  readonly drawn: ReadonlyArray<Sample>
}

const later = ({ at, requests }: Split): ReadonlyArray<number> =>
  Array.from({ length: requests.count - at }, (_, index) => at + index)

const spread = (
  name: string,
  seen: Sample,
  values: (share: "p50" | "p90" | "p99", run: Predicted) => number | null | undefined,
  runs: Check["runs"]
) =>
  quantiles.map(([key, share]) =>
    checked(
      `${name}.${key}`,
      "ms",
      { value: quantile(seen, share), n: seen.length },
      runs.map((run) => values(key, run))
    )
  )

/** From arrival to answer: whatever the source knows of durations. */
const latency = ({ runs, service, split }: Check) => {
  const { requests } = split
  if (service === null || service.from === "tokens") return []
  const seen = sampleOf(
    later(split).flatMap((at) =>
      requests.outcome[at] === Outcome.completed ? [requests.endMs[at]! - requests.arrivalMs[at]!] : []
    )
  )
  return spread("latencyMs", seen, (key, { measures }) => measures.latencyMs.whole?.[key], runs)
}

const wait = ({ runs, split }: Check) => {
  const { requests } = split
  if (!requests.meaning.waits) return []
  const seen = sampleOf(later(split).map((at) => requests.startMs[at]! - requests.arrivalMs[at]!))
  return spread("queueWaitMs", seen, (key, { measures }) => measures.queueWaitMs.whole?.[key], runs)
}

const draws = (fitted: Sample, count: number, seed: number): Sample => {
  const model = sampler({ empirical: { file: "", column: "" } }, () => fitted)
  const random = Random.make(seed)
  return sampleOf(Array.from({ length: count }, (_, row) => model.sample(random, streamsOf(0).service, row)))
}

const checkedService = (service: SeenService, split: Split): Sample =>
  sampleOf(later(split).map((at) => service.ms[at]!))

/** Service as it was seen, beside as many draws from the fitted part as there were requests. */
const serviceTime = ({ drawn, fitted, service, split }: Check) => {
  if (service === null || fitted === null || (service.from === "seen" && split.requests.meaning.duration === "latency"))
    return []
  const seen = checkedService(service, split)
  return quantiles.map(([key, share]) =>
    checked(
      `serviceMs.${key}`,
      "ms",
      { value: quantile(seen, share), n: seen.length },
      drawn.map((sample) => quantile(sample, share))
    )
  )
}

/** How many requests were in work at each look; of logs that know no start, in line too. */
const inWork = ({ service, split }: Check): Float64Array | null => {
  if (service === null) return null
  const { requests } = split
  const isSeen = service.from === "seen"
  const ends = Float64Array.from({ length: requests.count }, (_, at) =>
    isSeen ? requests.endMs[at]! : workFromMs(requests, at) + service.ms[at]!
  )
  const starts = Float64Array.from({ length: requests.count }, (_, at) => workFromMs(requests, at))
    .filter((_, at) => !Number.isNaN(ends[at]!))
    .sort()
  const over = ends.filter((ms) => !Number.isNaN(ms)).sort()
  return Float64Array.from({ length: looks }, (_, look) => {
    const atMs = split.fromMs + lookAtMs(split, look)
    return below(starts, atMs) - below(over, atMs)
  })
}

/** How many values of a sample are at most that. */
const below = (sample: Sample, most: number): number => {
  let [low, high] = [0, sample.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (sample[middle]! <= most) low = middle + 1
    else high = middle
  }
  return low
}

const concurrency = (check: Check) => {
  const seen = inWork(check)
  if (seen === null) return []
  const holdsWaits = check.service?.from === "seen" && check.split.requests.meaning.duration === "latency"
  const predicted = check.runs.map((run) =>
    holdsWaits ? run.inWork.map((value, look) => value + run.waiting[look]!) : run.inWork
  )
  const most = (values: Float64Array): number => values.reduce((a, b) => Math.max(a, b), 0)
  return [
    checked("concurrency.mean", "requests", { value: mean(seen), n: looks }, predicted.map(mean)),
    checked("concurrency.max", "requests", { value: most(seen), n: looks }, predicted.map(most))
  ]
}

const counts = ({ runs, split }: Check) => {
  const { requests } = split
  const seconds = (split.untilMs - split.fromMs) / 1000
  const all = later(split)
  const answered = all.filter((at) => !Number.isNaN(requests.endMs[at]!)).length
  const failed = all.filter((at) => requests.outcome[at] === Outcome.error).length
  const { duration, outcomes } = requests.meaning
  const ended = ({ measures }: Predicted) => (measures.requests.completed + measures.requests.errored) / seconds
  const share = ({ measures }: Predicted) => measures.requests.errored / measures.requests.accepted
  return [
    duration === "none"
      ? null
      : checked("throughput", "1/s", { value: answered / seconds, n: all.length }, runs.map(ended)),
    outcomes ? checked("errors", "share", { value: failed / all.length, n: all.length }, runs.map(share)) : null
  ]
}

const runnerCounts = ({ runs, split }: Check) => {
  const { requests } = split
  const lives = runners(requests).filter(({ lastMs }) => lastMs >= split.fromMs)
  if (lives.length === 0) return []
  const seen = Array.from({ length: looks }, (_, look) => {
    const atMs = split.fromMs + lookAtMs(split, look)
    return lives.filter(({ firstMs, lastMs }) => firstMs <= atMs && atMs <= lastMs).length
  })
  const fresh = lives.filter(({ firstMs }) => firstMs >= split.fromMs).length
  const most = (values: Iterable<number>): number => Math.max(...values)
  return [
    checked(
      "runners.max",
      "runners",
      { value: most(seen), n: lives.length },
      runs.map((run) => most(run.runners))
    ),
    checked(
      "coldStarts",
      "runners",
      { value: fresh, n: lives.length },
      runs.map(({ measures }) => measures.coldStarts)
    )
  ]
}

const clockMs = 5

/** What became of the requests that a rollout met. */
const rolloutFates = ({ runs, split }: Check) =>
  split.rollouts.flatMap(({ atMs, recoveryMs }, index) => {
    const { requests } = split
    const isCut = (at: number): boolean => requests.outcome[at] === Outcome.error
    // What a rollout cuts at once ended by its clock when it began: clocks agree to a few milliseconds.
    const met = later({ ...split, at: 0 }).filter(
      (at) => workFromMs(requests, at) <= atMs && requests.endMs[at]! > atMs - (isCut(at) ? clockMs : 0)
    )
    const errored = met.filter(isCut).length
    const of = (pick: "atStart" | "drained" | "errored") =>
      runs.map(({ measures }) => rolloutOf(measures, index)?.inFlight[pick])
    const seen = (value: number) => ({ value, n: met.length })
    const name = `rollout${index + 1}`
    return [
      checked(`${name}.inFlight`, "requests", seen(met.length), of("atStart")),
      checked(`${name}.drained`, "requests", seen(met.length - errored), of("drained")),
      checked(`${name}.errored`, "requests", seen(errored), of("errored")),
      recoveryMs === undefined || recoveryMs === null
        ? null
        : checked(
            `${name}.recoveryMs`,
            "ms",
            { value: recoveryMs, n: 1 },
            runs.map(({ measures }) => rolloutOf(measures, index)?.capacity.recoveryMs)
          )
    ]
  })

const isMeasure = (measure: CheckedMeasure | null): measure is CheckedMeasure => measure !== null

const uncheckedOf = ({ service, split }: Check, measures: ReadonlyArray<CheckedMeasure>): ReadonlyArray<Unchecked> => {
  const { meaning } = split.requests
  const has = (name: string): boolean => measures.some(({ measure }) => measure.startsWith(name))
  const reasons: ReadonlyArray<readonly [string, string]> = [
    ["latencyMs", service?.from === "tokens" ? "the source has tokens, not times" : "the source has no durations"],
    [
      "serviceMs",
      meaning.duration === "latency" ? "the source's durations hold waits as well" : "the source has no durations"
    ],
    ["concurrency", "the source has no durations"],
    ["queueWaitMs", "the source does not say when work began"],
    ["errors", "the source does not say how requests ended"],
    ["throughput", "the source does not say when requests ended"],
    ["runners", "the source names no runners"],
    ["coldStarts", "the source names no runners"]
  ]
  const unseen = split.rollouts.some(({ recoveryMs }) => recoveryMs === undefined || recoveryMs === null)
  const rollout =
    split.rollouts.length === 0
      ? [{ measure: "rollout", why: "no rollout is known to lie in the checked part" }]
      : unseen
        ? [{ measure: "rollout.recoveryMs", why: "the source does not say when the app had recovered" }]
        : []
  return [...reasons.filter(([name]) => !has(name)).map(([measure, why]) => ({ measure, why })), ...rollout]
}

const momentOf = (ms: number): string =>
  ms > 1e11 ? new Date(ms).toISOString() : `${Number((ms / 1000).toFixed(3))} s`

/** Whether the line of waiting requests only grows: since when no look found it empty, for more than half of the looks. */
const stabilityOf = ({ runs, split }: Check): Calibration["stable"] => {
  const since = runs.map(({ waiting }) => waiting.length - 1 - waiting.findLastIndex((value) => value === 0))
  const longest = Math.min(...since)
  if (longest < looks / 2) return { verdict: "stable", sinceMs: null }
  return { verdict: "saturated", sinceMs: lookAtMs(split, looks - longest) }
}

const basisOf = ({ fitted, service, split }: Check): ReadonlyArray<string> => {
  const { requests } = split
  const from = service?.from === "tokens" ? "tokens, reckoned as the spec does" : "durations"
  return [
    fitted === null
      ? "service is the spec's own: nothing seen says how long work takes"
      : `service is drawn from the fitted part: ${fitted.length} ${from}`,
    "arrivals of the checked part are given; everything else is the spec's",
    ...(requests.meaning.outcomes
      ? [
          "requests that fail by themselves are in no spec: its errors are those of the platform, and here they take as long as the others"
        ]
      : []),
    ...(requests.meaning.duration === "latency"
      ? ["durations hold waits, so service is too long where requests waited"]
      : [])
  ]
}

/** Predicts the second part from the first and the spec; `onRun` hears how many seeds are done. */
export const calibrate = Effect.fnUntraced(function* (
  base: RehearsalSpec,
  split: Split,
  seedCount: number,
  onRun: (done: number) => void = () => {}
) {
  const source = base.traffic[0]!
  const service = seenService(split.requests, source.service, base.runner.pace?.interference ?? 0)
  const sample = sampleOf(service?.ms.subarray(0, split.at) ?? [])
  const fitted = sample.length === 0 ? null : sample
  const spec = specFor(base, split, fitted)
  const seeds = Array.from({ length: seedCount }, (_, index) => base.run.seed + index)
  const seen = service === null ? 0 : checkedService(service, split).length
  const [runs, drawn]: [Array<Predicted>, Array<Sample>] = [[], []]
  for (const seed of seeds) {
    runs.push(yield* predict(spec, split, seed))
    if (fitted !== null) drawn.push(draws(fitted, seen, seed))
    onRun(runs.length)
    yield* Effect.sleep(0)
  }
  const check: Check = { spec, split, service, fitted, runs, drawn }
  const measures: Array<CheckedMeasure> = []
  for (const measuresOf of [counts, latency, wait, serviceTime, concurrency, runnerCounts, rolloutFates]) {
    measures.push(...measuresOf(check).filter(isMeasure))
    yield* Effect.sleep(0)
  }
  const replayed = yield* replay(spec, split, base.runner.pace?.interference ?? 0)
  // Who was told to stop meanwhile writes nothing.
  yield* Effect.sleep(0)
  return {
    version: 1,
    split: {
      fittedUntil: momentOf(split.fromMs),
      checkedFrom: momentOf(split.fromMs),
      fitted: split.at,
      checked: split.requests.count - split.at
    },
    measures,
    unchecked: uncheckedOf(check, measures),
    replayed,
    stable: stabilityOf(check),
    basis: basisOf(check)
  } satisfies Calibration as Calibration
})
