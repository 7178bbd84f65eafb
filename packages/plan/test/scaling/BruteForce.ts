import * as Candidates from "@ebb/plan/scaling/Candidates"
import * as Feasibility from "@ebb/plan/scaling/Feasibility"
import type { SettingText } from "@ebb/plan/scaling/Candidates"
import * as Trial from "@ebb/plan/scaling/Trial"
import { mean } from "@ebb/sim/measure/Sample"
import { Effect } from "effect"
import type { Problem } from "./Problems.ts"

/** What so many seeds of every candidate say. */
export interface Truth {
  readonly settings: SettingText
  readonly cost: number
  /** By what share of its limit the worst SLO is missed; 0: all are met. */
  readonly miss: number
}

/** Every candidate of a problem under so many seeds. */
export const of = Effect.fnUntraced(function* ({ bounds, slos, spec }: Problem, seeds: number, first = 1) {
  const modes = [...new Set(slos.map(({ mode }) => mode))]
  const candidates = Candidates.of(spec, bounds)
  return yield* Effect.forEach(candidates, (setting) =>
    Effect.map(
      Effect.forEach(Array.from({ length: seeds }), (_, at) =>
        Trial.task.run(spec, { setting, slos, modes, seed: first + at }, () => {})
      ),
      (outputs): Truth => {
        const misses = slos.map((slo, at) => {
          const values = outputs.flatMap(({ values }) => values[at] ?? [])
          const isFlawed = outputs.some(({ flaws }) => flaws[at] !== null)
          return isFlawed || values.length === 0 ? Infinity : Feasibility.missOf(slo, mean(values))
        })
        const cost = mean(outputs.map(({ costPerHour }) => costPerHour))
        return { settings: Candidates.textOf(setting), cost, miss: Math.max(...misses) }
      }
    )
  )
})

/** Whether a choice meets the SLOs and costs at most 1 % more than the cheapest that does. */
export const isRight = (truth: ReadonlyArray<Truth>, settings: SettingText | null): boolean => {
  const least = Math.min(...truth.filter(({ miss }) => miss === 0).map(({ cost }) => cost))
  const found = truth.find((each) => JSON.stringify(each.settings) === JSON.stringify(settings))
  return found === undefined ? least === Infinity : found.miss === 0 && found.cost <= least * 1.01
}
