import { Jobs } from "@ebb/sim/jobs/Jobs"
import * as Progress from "@ebb/sim/jobs/Progress"
import { mean } from "@ebb/sim/measure/Sample"
import { type Estimate, estimate } from "@ebb/sim/measure/Statistics"
import type { Mode, RehearsalSpec } from "@ebb/sim/spec/Spec"
import { Effect } from "effect"
import type { OnProgress } from "../OnProgress.ts"
import * as Day from "./Day.ts"
import * as Ranking from "./Ranking.ts"
import * as Steps from "./Steps.ts"

/** What is asked. */
export interface WhenSettings {
  readonly mode: Exclude<Mode, "none">
  /** How far it is looked ahead. */
  readonly overMs: number
}

/** One instant at which the app could be rolled out. */
export interface WhenStep {
  readonly atMs: number
  /** Requests that a rollout then meets. */
  readonly inFlight: Estimate
  /** Requests lost within the window, beyond those without a rollout. */
  readonly errors: Estimate
  readonly p99Ms: Estimate | null
  /** 1 is the best. */
  readonly group: number
}

/** When to roll out (docs/plan.md). */
export interface When {
  readonly stepMinutes: number
  readonly mode: Mode
  /** What tells the groups apart: errors, else the latency; null where neither does. */
  readonly by: "errors" | "p99Ms" | null
  readonly steps: ReadonlyArray<WhenStep>
  readonly best: ReadonlyArray<{ readonly fromMs: number; readonly toMs: number }>
  readonly worst: { readonly atMs: number }
  /** How many times as much the worst group costs as the best; null where the best costs nothing. */
  readonly factor: number | null
  readonly matters: boolean
}

/** Beyond these a plan takes minutes: then fewer seeds, but not fewer than `seedsLeast`. */
const requestsMost = 40_000_000
const seedsLeast = 8

const seedsFor = (asked: number, requestsOfSeed: number): number =>
  Math.min(asked, Math.max(seedsLeast, Math.floor(requestsMost / Math.max(1, requestsOfSeed))))

/** The day of every seed, in order of the seeds. */
const days = Effect.fnUntraced(function* (
  spec: RehearsalSpec,
  { mode, overMs }: WhenSettings,
  onProgress: OnProgress = () => {}
) {
  const jobs = yield* Jobs
  const atMs = Steps.of(spec, overMs)
  let { seeds } = spec.run
  const tell = Progress.sumOf((done, requests) => onProgress(done, seeds * atMs.length, requests))
  const day = (index: number) => jobs.run(Day.task, spec, { seed: spec.run.seed + index, mode, atMs }, tell(index))
  const first = Math.min(seeds, seedsLeast)
  const indexes = Array.from({ length: seeds }, (_, index) => index)
  jobs.expect(first)
  const begun = yield* Effect.forEach(indexes.slice(0, first), day, { concurrency: jobs.atOnce })
  seeds = seedsFor(seeds, begun[0]?.requests ?? 0)
  jobs.expect(Math.max(0, seeds - first))
  const rest = yield* Effect.forEach(indexes.slice(first, seeds), day, { concurrency: jobs.atOnce })
  return { atMs, days: [...begun, ...rest] }
})

const rankBy = (by: "errors" | "p99Ms", found: ReadonlyArray<Day.DayOutput>, steps: number) => {
  const values = Array.from({ length: steps }, (_, step) => found.map((day) => day[by][step] ?? 0))
  return { by, means: values.map(mean), ...Ranking.of(values) }
}

/** By the errors; where those are the same at any time, by the latency. */
const rank = (found: ReadonlyArray<Day.DayOutput>, steps: number) => {
  const byErrors = rankBy("errors", found, steps)
  if (byErrors.matters) return byErrors
  const byLatency = rankBy("p99Ms", found, steps)
  return byLatency.matters ? byLatency : { ...byErrors, by: null }
}

const meanOfGroup = (group: number, { groups, means }: ReturnType<typeof rank>): number =>
  mean(means.filter((_, step) => groups[step] === group))

const factorOf = (ranking: ReturnType<typeof rank>): number | null => {
  const best = meanOfGroup(1, ranking)
  return best > 0 ? meanOfGroup(Math.max(...ranking.groups), ranking) / best : null
}

/** What is answered from the days of all seeds. */
export const answer = (mode: Mode, atMs: ReadonlyArray<number>, found: ReadonlyArray<Day.DayOutput>): When => {
  const ranking = rank(found, atMs.length)
  const { by, groups, matters, means } = ranking
  const worst = means.reduce((at, value, step) => (value > means[at]! ? step : at), 0)
  return {
    stepMinutes: Steps.stepMinutes,
    mode,
    by,
    steps: atMs.map((at, step) => ({
      atMs: at,
      inFlight: estimate(found.map(({ inFlight }) => inFlight[step]))!,
      errors: estimate(found.map(({ errors }) => errors[step]))!,
      p99Ms: estimate(found.map(({ p99Ms }) => p99Ms[step])),
      group: groups[step]!
    })),
    best: Steps.spans(atMs.filter((_, step) => groups[step] === 1)),
    worst: { atMs: atMs[worst]! },
    factor: matters ? factorOf(ranking) : 1,
    matters
  }
}

/** Tries a rollout every quarter of an hour, by copies of one run a seed; null where there is no time to try. */
export const plan = Effect.fnUntraced(function* (spec: RehearsalSpec, settings: WhenSettings, onProgress?: OnProgress) {
  const found = yield* days(spec, settings, onProgress)
  return found.atMs.length === 0 ? null : answer(settings.mode, found.atMs, found.days)
})
