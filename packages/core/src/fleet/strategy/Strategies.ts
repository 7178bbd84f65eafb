import { type RolloutMode, type StrategyName, type Way, ways } from "../../domain/RolloutWay.ts"
import * as Budget from "./Budget.ts"
import { force } from "./Force.ts"
import { replaceFirst } from "./ReplaceFirst.ts"
import { stopFirst } from "./StopFirst.ts"
import type { Strategy } from "./Strategy.ts"

/** What each way of rolling does, by its order in the API; `force` is the one without. */
export type Strategies = Readonly<Record<StrategyName, Strategy>>

/** The strategies of the platform. */
export const strategies: Strategies = {
  [ways.graceful.order]: stopFirst,
  [ways.replace.order]: replaceFirst,
  force
}

/** The platform's strategy for a way of rolling out. */
export const strategyOf = (way: Way): Strategy => strategies[ways[way].order ?? "force"]

/**
 * Whether what a mode counts at its rollout is all that is in flight then: it tells every runner to stop at the command, or
 * there is no rollout, and what is in flight at its moment is counted.
 */
export const countsAll = (mode: RolloutMode): boolean => mode === "none" || Budget.mayMissAll(strategyOf(mode).limits)
