import { Jobs } from "@ebb/sim/jobs/Jobs"
import * as Progress from "@ebb/sim/jobs/Progress"
import { mean } from "@ebb/sim/measure/Sample"
import { type Estimate, estimate, interval } from "@ebb/sim/measure/Statistics"
import type { Mode, RehearsalSpec } from "@ebb/sim/spec/Spec"
import { Effect } from "effect"
import type { OnProgress } from "../OnProgress.ts"
import * as Day from "./Day.ts"
import * as Ranking from "./Ranking.ts"
import * as Steps from "./Steps.ts"
import * as Traces from "./Traces.ts"
import * as Untold from "./Untold.ts"

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
  /** Requests lost within the window, beyond those without a rollout; negative where a rollout saves some. */
  readonly errors: Estimate
  readonly p99Ms: Estimate | null
  /** Requests of the window that had no outcome one more window later. */
  readonly unanswered: Estimate
  /** 1 is the best; null: it is not ranked, as some run does not know its latency, or nothing can be told. */
  readonly group: number | null
}

/** When to roll out (docs/plan.md). */
export interface When {
  readonly stepMinutes: number
  readonly mode: Mode
  /** In how many runs the app could not keep up even without a rollout: where in any, its latencies mean nothing. */
  readonly saturatedRuns: number
  /** What tells the groups apart: errors, else the latency; null where neither does. */
  readonly by: "errors" | "p99Ms" | null
  readonly steps: ReadonlyArray<WhenStep>
  readonly best: ReadonlyArray<{ readonly fromMs: number; readonly toMs: number }>
  readonly worst: { readonly atMs: number }
  /** How many times as much the worst group costs as the best; null where the best costs nothing, or nothing can be told. */
  readonly factor: number | null
  /** Null where it cannot be told. */
  readonly matters: boolean | null
  readonly untold: Untold.Untold | null
  /** `endMs` null: the shortest goes on for as long as it was looked ahead. Null without a trace. */
  readonly traces: { readonly isAll: boolean; readonly endMs: number | null } | null
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

/** The steps in groups; null in the place of one that is not ranked. */
interface Ranked {
  readonly by: When["by"]
  readonly groups: ReadonlyArray<number | null>
  readonly means: ReadonlyArray<number | null>
  readonly matters: boolean
}

/** A step of which some run does not know the value is left out: it is neither good nor bad. */
const rankBy = (by: "errors" | "p99Ms", found: ReadonlyArray<Day.DayOutput>, steps: number): Ranked => {
  const values = Array.from({ length: steps }, (_, step) => found.flatMap((day) => day[by][step] ?? []))
  const known = values.flatMap(({ length }, step) => (length === found.length ? [step] : []))
  const { groups, matters } = Ranking.of(known.map((step) => values[step]!))
  const ofKnown = <A>(of: (at: number) => A) =>
    values.map((_, step) => (known.includes(step) ? of(known.indexOf(step)) : null))
  return { by, groups: ofKnown((at) => groups[at]!), means: ofKnown((at) => mean(values[known[at]!]!)), matters }
}

/** Over the runs in which any request came; null where one does not know it, as what it knows is the shorter part. */
const p99Of = (found: ReadonlyArray<Day.DayOutput>, step: number): Estimate | null =>
  found.some(({ p99Ms, unanswered }) => p99Ms[step] === null && unanswered[step]! > 0)
    ? null
    : estimate(found.map(({ p99Ms }) => p99Ms[step]))

const isSaturated = (found: ReadonlyArray<Day.DayOutput>): boolean => found.some((day) => day.isSaturated)

/** By the errors; where those are the same at any time, by the latency, if the app keeps up. */
const rank = (found: ReadonlyArray<Day.DayOutput>, steps: number): Ranked => {
  const byErrors = rankBy("errors", found, steps)
  if (byErrors.matters) return byErrors
  if (isSaturated(found)) return { ...byErrors, by: null }
  const byLatency = rankBy("p99Ms", found, steps)
  return byLatency.matters ? byLatency : { ...byErrors, by: null }
}

const meanOfGroup = (group: number, { groups, means }: Ranked): number =>
  mean(means.flatMap((value, step) => (groups[step] === group && value !== null ? [value] : [])))

const factorOf = (ranking: Ranked): number | null => {
  const best = meanOfGroup(1, ranking)
  const last = Math.max(...ranking.groups.map((group) => group ?? 1))
  return best > 0 ? meanOfGroup(last, ranking) / best : null
}

const worstOf = (means: Ranked["means"]): number =>
  means.reduce<number>((at, value, step) => ((value ?? -Infinity) > (means[at] ?? -Infinity) ? step : at), 0)

/** No step is better than another, as far as anybody knows. */
const unranked = (ranking: Ranked): Ranked => ({ ...ranking, by: null, groups: ranking.groups.map(() => null) })

/** Seeds that are all the same are one observation. */
const distinct = (found: ReadonlyArray<Day.DayOutput>, { isAll }: { readonly isAll: boolean }) => {
  const [first, ...rest] = found.map((day) => JSON.stringify(day))
  return isAll && rest.every((day) => day === first) ? found.slice(0, 1) : found
}

/** What is answered from the days of all seeds. */
export const answer = (
  mode: Mode,
  atMs: ReadonlyArray<number>,
  days: ReadonlyArray<Day.DayOutput>,
  traces: When["traces"] = null
): When => {
  const found = traces === null ? days : distinct(days, traces)
  const told = rank(found, atMs.length)
  const untold = Untold.of(found, { isSameDay: traces?.isAll === true, steps: atMs.length, differs: told.matters })
  const ranking = untold === null ? told : unranked(told)
  const { by, groups, means } = ranking
  const matters = untold === null ? told.matters : null
  return {
    stepMinutes: Steps.stepMinutes,
    mode,
    saturatedRuns: found.filter((day) => day.isSaturated).length,
    by,
    steps: atMs.map((at, step) => ({
      atMs: at,
      inFlight: estimate(found.map(({ inFlight }) => inFlight[step]))!,
      errors: interval(found.map(({ errors }) => errors[step]))!,
      p99Ms: p99Of(found, step),
      unanswered: estimate(found.map(({ unanswered }) => unanswered[step]))!,
      group: groups[step] ?? null
    })),
    best: Steps.spans(atMs.filter((_, step) => groups[step] === 1)),
    worst: { atMs: atMs[worstOf(means)]! },
    factor: matters === false ? 1 : matters === null ? null : factorOf(ranking),
    matters,
    untold,
    traces
  }
}

const tracesOf = (spec: RehearsalSpec, { overMs }: WhenSettings): When["traces"] => {
  const traces = Traces.of(spec)
  return traces === null ? null : { ...traces, endMs: Steps.isCutShort(spec, overMs) ? traces.endMs : null }
}

/** Tries a rollout every quarter of an hour, by copies of one run a seed; null where there is no time to try. */
export const plan = Effect.fnUntraced(function* (spec: RehearsalSpec, settings: WhenSettings, onProgress?: OnProgress) {
  const found = yield* days(spec, settings, onProgress)
  return found.atMs.length === 0 ? null : answer(settings.mode, found.atMs, found.days, tracesOf(spec, settings))
})
