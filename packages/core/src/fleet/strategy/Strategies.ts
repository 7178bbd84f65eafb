import { type StrategyName, ways } from "../../domain/RolloutWay.ts"
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
