import * as When from "@ebb/plan/when/When"
import { Effect } from "effect"
import { daily, inFlightAt } from "./Daily.ts"

/** How many plans of how many seeds, and how far each looks. */
export interface Asked {
  readonly plans: number
  readonly seeds: number
  readonly overMs: number
  readonly onPlan?: (plan: number) => void
}

/** What many plans of one day with a known rate said. */
interface Counts {
  intervals: number
  covered: number
  /** Pairs of steps in groups two or more apart, and those of them that are in the wrong order. */
  apart: number
  wrong: number
  /** Plans in which it matters when. */
  matters: number
  /** Plans in which the truly quietest step is in the best group. */
  quietest: number
}

const compare = (counts: Counts, { steps }: When.When): void => {
  for (const a of steps) {
    for (const b of steps) {
      if (a.group! + 1 >= b.group!) continue
      counts.apart++
      if (inFlightAt(a.atMs) >= inFlightAt(b.atMs)) counts.wrong++
    }
  }
}

/** Plans of the daily app, each with seeds of its own, held against theory. */
export const of = Effect.fnUntraced(function* ({ onPlan = () => {}, overMs, plans, seeds }: Asked) {
  const counts: Counts = { intervals: 0, covered: 0, apart: 0, wrong: 0, matters: 0, quietest: 0 }
  for (let plan = 0; plan < plans; plan++) {
    const when = (yield* When.plan(daily(1 + plan * seeds, seeds), { mode: "force", overMs }))!
    for (const { atMs, errors } of when.steps) {
      const truth = inFlightAt(atMs)
      counts.intervals++
      if (errors.low <= truth && truth <= errors.high) counts.covered++
    }
    compare(counts, when)
    if (when.matters) counts.matters++
    const quietest = when.steps.reduce((a, b) => (inFlightAt(a.atMs) <= inFlightAt(b.atMs) ? a : b))
    if (quietest.group === 1) counts.quietest++
    onPlan(plan + 1)
  }
  return counts
})
