import type { Estimate } from "@ebb/sim/measure/Statistics"
import type { RehearsalSpec } from "@ebb/sim/spec/Spec"
import { Effect } from "effect"
import type { Bound } from "./Bounds.ts"
import * as Candidates from "./Candidates.ts"
import * as CostUnit from "./CostUnit.ts"
import { firstSeeds } from "./Field.ts"
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
  readonly costPerHour: Estimate
  readonly slos: ReadonlyArray<SloResult>
}

/** With what scaling (docs/plan.md). */
export interface Scaling {
  /** The currency of the prices; `GPU-seconds` or `machine-seconds`, as billed, where a machine type has no price. */
  readonly costUnit: string
  /**
   * Null where no candidate meets every SLO, not even by the means so far. Its verdicts say whether it is known to: where nothing is, it
   * is one that no run broke, or else that keeps to them by its means.
   */
  readonly chosen: Priced | null
  readonly runnerUp: Priced | null
  readonly cheapestBroken: { readonly settings: Candidates.SettingText; readonly broke: string } | null
  /** Where nothing was chosen: what comes nearest to meeting the SLOs. */
  readonly nearestMiss: Priced | null
  readonly today: Priced
  /** By how much the chosen one is cheaper than today's, an hour, over the seeds that both had; null where nothing was chosen. */
  readonly savedPerHour: number | null
  readonly candidates: number
  /** Combinations of the bounds that were not tried: they have more runners at least than at most. */
  readonly impossible: number
  /** Candidates that lie too close to the limit of an SLO to tell whether they keep to it. */
  readonly close: number
  readonly runs: number
  /** More runs would have told more. */
  readonly isOutOfRuns: boolean
  /**
   * How likely the choice is right, or within 1 % of the least cost, or how likely nothing holds; null where the runs do not
   * settle it, or show nothing of a candidate that might be the cheapest.
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

/** Whether no less is known of one than of another. */
const isAsSure = (tried: Tried, other: Tried): boolean => {
  if (tried.holds || other.holds) return tried.holds
  return (other.keeps ? tried.keeps : tried.isLikely) && tried.seeds >= other.seeds
}

/** Of the candidates that cost the same, today's settings, else the first in the order of the bounds: no change for nothing. */
const leastChange = (all: ReadonlyArray<Tried>, cheapest: Tried, today: Candidates.Setting): Tried => {
  const isSame = (tried: Tried): boolean => tried.excessOver(cheapest) <= cheapest.meanCost * sameShare
  const same = all.filter((tried) => isAsSure(tried, cheapest) && isSame(tried))
  return same.find(({ setting }) => Candidates.isSame(setting, today)) ?? same[0] ?? cheapest
}

const whereOf = (bounds: ReadonlyArray<Bound>): string => bounds.map(({ where }) => where).join(", ")

const tooMany = (count: number, { bounds, runsMost, slos }: ScalingSettings): ScalingError => {
  const modes = new Set(slos.map(({ mode }) => mode)).size
  const needed = count * modes * firstSeeds
  return new ScalingError({
    where: whereOf(bounds),
    problem: `${count} candidates need at least ${needed} runs and there may be ${runsMost}; name fewer values, or raise --runs`
  })
}

/** What is tried, today's scaling aside; {@link ScalingError} where it would take more runs than may be, or nothing is possible. */
export const candidatesOf = Effect.fnUntraced(function* (spec: RehearsalSpec, settings: ScalingSettings) {
  const { bounds, runsMost, slos } = settings
  const modes = new Set(slos.map(({ mode }) => mode)).size
  const count = Candidates.countOf(bounds)
  if (count * modes * firstSeeds > runsMost) return yield* tooMany(count, settings)
  const candidates = Candidates.of(spec, bounds)
  if (candidates.length > 0) return candidates
  return yield* new ScalingError({
    where: whereOf(bounds),
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
  const own = Candidates.todayOf(spec, bounds)
  const found = yield* Search.search(spec, { candidates, today: own, slos, runsMost }, onProgress)
  const { all, cheapest, give, isOutOfRuns, isSettled, progress } = found
  const chosen = cheapest === null ? null : leastChange(all, cheapest, own)
  const today = all.find(({ setting }) => Candidates.isSame(setting, own)) ?? new Tried(own, slos)
  yield* give([today], firstSeeds)
  const runnerUp = leastBy(
    all.filter((tried) => tried.meets && tried !== chosen),
    ({ meanCost }) => meanCost
  )
  const broken = leastBy(
    all.filter(({ isBroken, isUnknown }) => isBroken && !isUnknown),
    ({ meanCost }) => meanCost
  )
  const isOpen = all.some((tried) => tried.isUnknown && (chosen === null || tried.meanCost < chosen.meanCost))
  const nearest = chosen === null ? leastBy(all, ({ miss }) => miss) : null
  return {
    costUnit: CostUnit.of(spec),
    chosen: chosen === null ? null : priced(chosen),
    runnerUp: runnerUp === null ? null : priced(runnerUp),
    cheapestBroken: broken === null ? null : { settings: Candidates.textOf(broken.setting), broke: broken.broke ?? "" },
    nearestMiss: nearest === null ? null : priced(nearest),
    today: priced(today),
    savedPerHour: chosen === null ? null : today.excessOver(chosen),
    candidates: all.length,
    impossible: Candidates.countOf(bounds) - candidates.length,
    close: all.filter(({ fails, isBroken }) => fails && !isBroken).length,
    runs: progress.runs,
    isOutOfRuns,
    confidence: isSettled && !isOpen ? confidence : null
  } satisfies Scaling
})
