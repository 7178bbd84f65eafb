import { Schema } from "effect"

/** What a way of rolling out is in the API, and in words. */
interface WayRow {
  readonly force: boolean
  /** Null: by force. */
  readonly order: string | null
  /** As in: stopping first costs no errors. */
  readonly verb: string
  /** What it does with the runners, beside its name and in a sentence. */
  readonly meaning: string
  readonly does: string
}

/** The ways of rolling an app out, by the one word that people read for each. */
export const ways = {
  graceful: {
    force: false,
    order: "stop_first",
    verb: "stopping first",
    meaning: "stop first, then start",
    does: "stops each runner and lets it finish"
  },
  replace: {
    force: false,
    order: "replace_first",
    verb: "replacing first",
    meaning: "start first, then stop",
    does: "starts another before it stops one"
  },
  force: { force: true, order: null, verb: "force", meaning: "kill at once", does: "kills" }
} as const satisfies Readonly<Record<string, WayRow>>
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

/** What a rollout that is not forced does first: stop the old runners, or start their replacements. */
export type RolloutOrder = Exclude<(typeof ways)[Way]["order"], null>
/** Of the ways that are not forced. */
export const orders = wayNames.flatMap((way) => ways[way].order ?? []) as [RolloutOrder, ...Array<RolloutOrder>]
/** One of the {@link orders}. */
export const RolloutOrder = Schema.Literals(orders)

/** The ways that are not forced. */
export const unforced: ReadonlyArray<Way> = wayNames.filter((way) => !ways[way].force)

/** What a way does is a strategy, named by its order; force has none. */
export type StrategyName = RolloutOrder | "force"
