import * as Cost from "@ebb/plan/way/Cost"
import * as Way from "@ebb/plan/way/Way"
import { wayNames, ways } from "@ebb/core/domain/RolloutWay"
import type { RehearsalSpec } from "@ebb/sim/spec/Spec"
import { Effect } from "effect"
import { InvalidInput } from "../../kit/Errors.ts"
import type { Progress } from "../../kit/Progress.ts"
import { type Asked, type Answer, type Part, unanswered } from "./Part.ts"
import * as WayText from "./WayText.ts"

const noRollout =
  "The spec has no rollout to compare: add one, such as rollouts: [ { at: 20m } ], and name the ways in run.modes or leave those out"

/** Whether the way is asked for: it alone, or by what damage costs. */
const isAskedFor = ({ cost, words }: Asked["given"]): boolean => words[0] === part.name || cost.length > 0

/** What follows for the order of the app; by force no order is in it. */
const orderOf = ({ app }: RehearsalSpec, mode: string | undefined): ReadonlyArray<string> => {
  const way = wayNames.find((name) => name === mode)
  const order = way === undefined ? null : ways[way].order
  return order === null || order === app.revision.rolloutOrder ? [] : [`app.rollout_order=${order}`]
}

const run = Effect.fnUntraced(function* ({ spec }: Asked, costs: Cost.Costs | null, progress: Progress) {
  const way = yield* Way.plan(spec, costs, progress.report)
  if (way === null) return unanswered(`${noRollout}.`)
  return {
    json: Way.json(way),
    said: WayText.said(way, spec),
    details: (terminal, width) => WayText.details(way, spec, terminal, width),
    set: orderOf(spec, way.report.advice?.mode),
    exit: 0
  } satisfies Answer
})

const prepare = Effect.fnUntraced(function* (asked: Asked) {
  const { given, spec } = asked
  const costs = Cost.parse(given.cost, spec.prices.currency)
  if (typeof costs === "string") return yield* new InvalidInput({ text: `--cost ${costs}` })
  if (spec.rollouts.length === 0 && isAskedFor(given)) return yield* new InvalidInput({ text: noRollout })
  return (progress: Progress) => run(asked, costs, progress)
})

/** In which way. */
export const part: Part<"way"> = { name: "way", title: "Way", prepare }
