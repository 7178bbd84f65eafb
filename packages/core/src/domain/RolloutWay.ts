import { Schema } from "effect"

/** The ways of rolling an app out, by the one word that people read for each: how the API says it, and what it does. */
export const ways = {
  graceful: { force: false, order: "stop_first", verb: "stopping first" },
  replace: { force: false, order: "replace_first", verb: "replacing first" },
  force: { force: true, order: null, verb: "force" }
} as const
/** A way of rolling out. */
export type Way = keyof typeof ways

/** The ways, in the order in which they are shown. */
export const wayNames = Object.keys(ways) as [Way, ...Array<Way>]
/** One of the {@link wayNames}. */
export const RolloutWay = Schema.Literals(wayNames)

/** The way of a rollout, by its order; without one it is forced. */
export const wayOf = (order: RolloutOrder | null): Way => wayNames.find((way) => ways[way].order === order)!

/** What a rehearsal compares: the ways, and no rollout at all. */
export const modes = ["none", ...wayNames] as const
/** One of the {@link modes}. */
export const RolloutMode = Schema.Literals(modes)
export type RolloutMode = typeof RolloutMode.Type

/** Of the ways that are not forced. */
export const orders = [ways.graceful.order, ways.replace.order] as const
/** What a rollout that is not forced does first: stop the old runners, or start their replacements. */
export const RolloutOrder = Schema.Literals(orders)
export type RolloutOrder = typeof RolloutOrder.Type

/** What a way does is a strategy, named by its order; force has none. */
export type StrategyName = RolloutOrder | "force"
