import type { Estimate } from "@ebb/sim/measure/Statistics"
import type { RehearsalSpec } from "@ebb/sim/spec/Spec"
import { Effect } from "effect"
import type { Bound } from "./Bounds.ts"
import * as Candidates from "./Candidates.ts"
import { ScalingError } from "./ScalingError.ts"
import * as Search from "./Search.ts"
import type { Slo } from "./Slo.ts"
import { type SloResult, Tried } from "./Tried.ts"

/** What is asked. */
export interface ScalingSettings {
  readonly bounds: ReadonlyArray<Bound>
  readonly slos: ReadonlyArray<Slo>
  readonly runsMost: number
}

/** A scaling, what it costs an hour through the rollout of the spec, and what it holds. */
export interface Priced {
  readonly settings: Candidates.SettingText
  /** In the currency of the prices; billed GPU-seconds where the machine type has no price. */
  readonly costPerHour: Estimate
  readonly slos: ReadonlyArray<SloResult>
}

/** With what scaling (docs/plan.md). */
export interface Scaling {
  /** Null where no candidate is known to meet every SLO. */
  readonly chosen: Priced | null
  readonly runnerUp: Priced | null
  readonly cheapestBroken: { readonly settings: Candidates.SettingText; readonly broke: string } | null
  /** Where nothing was chosen: what comes nearest to meeting the SLOs. */
  readonly nearestMiss: Priced | null
  readonly today: Priced
  readonly candidates: number
  readonly runs: number
  /**
   * How likely the choice is right, or within 1 % of the least cost; null where the runs were used up before, or show nothing
   * of a candidate that might be the cheapest.
   */
  readonly confidence: number | null
}

export const runsDefault = 20_000

const priced = (tried: Tried): Priced => ({
  settings: Candidates.textOf(tried.setting),
  costPerHour: tried.cost,
  slos: tried.results
})

const leastBy = (those: ReadonlyArray<Tried>, of: (tried: Tried) => number): Tried | null =>
  those.reduce<Tried | null>((best, each) => (best === null || of(each) < of(best) ? each : best), null)

const confidence = 0.95

/** Costs that differ by less than this share are the same to anybody. */
const sameShare = 0.001

/** Of the candidates that cost the same, today's settings, else the first in the order of the bounds: no change for nothing. */
const leastChange = (all: ReadonlyArray<Tried>, cheapest: Tried, today: Candidates.Setting): Tried => {
  const same = all.filter((tried) => tried.holds && tried.excessOver(cheapest) <= cheapest.meanCost * sameShare)
  return same.find(({ setting }) => Candidates.isSame(setting, today)) ?? same[0] ?? cheapest
}

const tooMany = (count: number, { runsMost, slos }: ScalingSettings): ScalingError => {
  const modes = new Set(slos.map(({ mode }) => mode)).size
  const needed = count * modes * Search.firstSeeds
  return new ScalingError({
    where: "--let",
    problem: `${count} candidates need at least ${needed} runs and there may be ${runsMost}; name fewer values, or raise --runs`
  })
}

/** What is tried, today's scaling aside; {@link ScalingError} where it would take more runs than may be, or nothing is possible. */
export const candidatesOf = Effect.fnUntraced(function* (spec: RehearsalSpec, settings: ScalingSettings) {
  const { bounds, runsMost, slos } = settings
  const modes = new Set(slos.map(({ mode }) => mode)).size
  const count = Candidates.countOf(bounds)
  if (count * modes * Search.firstSeeds > runsMost) return yield* tooMany(count, settings)
  const candidates = Candidates.of(spec, bounds)
  if (candidates.length > 0) return candidates
  return yield* new ScalingError({
    where: "--let",
    problem: "no candidate is possible: each has more runners at least than at most; raise scaling.max_concurrency"
  })
})

/** The cheapest scaling within the bounds that meets the SLOs through the rollout of the spec. */
export const plan = Effect.fnUntraced(function* (
  spec: RehearsalSpec,
  settings: ScalingSettings,
  onProgress?: Search.OnProgress
) {
  const { bounds, runsMost, slos } = settings
  const candidates = yield* candidatesOf(spec, settings)
  const found = yield* Search.search(spec, { candidates, slos, runsMost }, onProgress)
  const { all, cheapest, give, isSettled, progress } = found
  const own = Candidates.todayOf(spec, bounds)
  const chosen = cheapest === null ? null : leastChange(all, cheapest, own)
  const today = all.find(({ setting }) => Candidates.isSame(setting, own)) ?? new Tried(own, slos)
  yield* give([today], Search.firstSeeds)
  const runnerUp = leastBy(
    all.filter((tried) => tried.meets && tried !== chosen),
    ({ meanCost }) => meanCost
  )
  const broken = leastBy(
    all.filter(({ fails, isUnknown }) => fails && !isUnknown),
    ({ meanCost }) => meanCost
  )
  const isOpen = all.some((tried) => tried.isUnknown && (chosen === null || tried.meanCost < chosen.meanCost))
  const nearest = chosen === null ? leastBy(all, ({ miss }) => miss) : null
  return {
    chosen: chosen === null ? null : priced(chosen),
    runnerUp: runnerUp === null ? null : priced(runnerUp),
    cheapestBroken: broken === null ? null : { settings: Candidates.textOf(broken.setting), broke: broken.broke ?? "" },
    nearestMiss: nearest === null ? null : priced(nearest),
    today: priced(today),
    candidates: all.length,
    runs: progress.runs,
    confidence: isSettled && !isOpen ? confidence : null
  } satisfies Scaling
})
