import * as Experiment from "@ebb/sim/experiment/Experiment"
import type { RehearsalReport } from "@ebb/sim/report/RehearsalReport"
import type { RehearsalSpec } from "@ebb/sim/spec/Spec"
import { Effect } from "effect"
import type { OnProgress } from "../OnProgress.ts"
import type { Costs } from "./Cost.ts"
import * as Escalation from "./Escalation.ts"

/** In which way (docs/plan.md). */
export interface Way {
  /** Every mode of the spec, as a rehearsal compares them. */
  readonly report: RehearsalReport
  /** After how long a graceful rollout is to be forced. */
  readonly escalation: Escalation.Escalation
}

/** Compares the ways of rolling out; `costs` null: nobody said what damage is worth. Null where the spec has no rollout. */
export const plan = Effect.fnUntraced(function* (
  spec: RehearsalSpec,
  costs: Costs | null,
  onProgress: OnProgress = () => {}
) {
  if (spec.rollouts.length === 0) return null
  const { modes, seeds } = spec.run
  const total = seeds * (modes.length + Escalation.timesOf(spec).length)
  let requests = 0
  const report = yield* Experiment.run(spec, {
    onProgress: (done, _, soFar) => {
      requests = soFar
      onProgress(done, total, soFar)
    }
  })
  const escalation = yield* Escalation.plan(spec, costs, (done, _, soFar) =>
    onProgress(seeds * modes.length + done, total, requests + soFar)
  )
  return escalation === null ? null : ({ report, escalation } satisfies Way as Way)
})

/** As `--json` has it. */
export const json = ({ escalation, report }: Way) => ({ modes: report.modes, escalation, advice: report.advice })
