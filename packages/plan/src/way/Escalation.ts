import { type Estimate, estimate } from "@ebb/sim/measure/Statistics"
import type { RehearsalSpec } from "@ebb/sim/spec/Spec"
import { Effect } from "effect"
import type { Cut } from "../grace/Cuts.ts"
import { cuts } from "../grace/Grace.ts"
import { kneeOf } from "../grace/Knee.ts"
import type { OnProgress } from "../OnProgress.ts"
import type { Costs } from "./Cost.ts"

/** A graceful rollout that is forced after so long. */
export interface EscalationPoint {
  readonly seconds: number
  /** Requests in flight that are cut, retried ones included. */
  readonly errors: Estimate
  readonly lostWorkSeconds: Estimate
  /** Runner time between the signals and the ends of their last requests. */
  readonly heldRunnerSeconds: Estimate
  /** Null where the app did not recover in any run. */
  readonly recoveryMs: Estimate | null
  /** What all of it costs, by the costs given and the prices of the spec; null where none were given. */
  readonly cost: Estimate | null
}

/** When to force a graceful rollout that goes on. */
export interface Escalation {
  /** Null: there is no time from which on waiting does not pay. */
  readonly seconds: number | null
  readonly because: "cost" | "knee" | null
  readonly curve: ReadonlyArray<EscalationPoint>
}

/** Times after which it is tried. */
const steps = [0, 1, 2, 5, 10, 20, 30, 60, 120, 300]

/** Up to the grace period, which ends a graceful rollout anyway. */
const stepsFor = (graceSeconds: number): ReadonlyArray<number> => [
  ...steps.filter((seconds) => seconds < graceSeconds),
  graceSeconds
]

const secondsPerHour = 3600

/** Errors, degraded minutes, and what held runners and lost work are paid for. */
const costOf = (cut: Cut, costs: Costs, ratePerHour: number, forMs: number): number =>
  cut.errors * costs.perError +
  ((cut.recoveryMs ?? forMs) / 60_000) * costs.perDegradedMinute +
  (cut.heldRunnerSeconds / secondsPerHour) * ratePerHour +
  (cut.lostAmount ?? 0)

const pointOf = (spec: RehearsalSpec, cut: ReadonlyArray<Cut>, costs: Costs | null): EscalationPoint => {
  const [type] = spec.app.revision.machineTypes
  const ratePerHour = spec.prices.rates[type] ?? 0
  const of = (pick: (cut: Cut) => number): Estimate => estimate(cut.map(pick), true)!
  return {
    seconds: cut[0]!.graceSeconds,
    errors: of(({ errors, retried }) => errors + retried),
    lostWorkSeconds: of(({ lostWorkSeconds }) => lostWorkSeconds),
    heldRunnerSeconds: of(({ heldRunnerSeconds }) => heldRunnerSeconds),
    recoveryMs: estimate(
      cut.map(({ recoveryMs }) => recoveryMs),
      true
    ),
    cost: costs === null ? null : of((each) => costOf(each, costs, ratePerHour, spec.run.forMs))
  }
}

const cheapest = (curve: ReadonlyArray<EscalationPoint>): number =>
  curve.reduce((best, point) => (point.cost!.mean < best.cost!.mean ? point : best)).seconds

/** Tries each time in every seed; null where the spec has no rollout. */
export const plan = Effect.fnUntraced(function* (
  spec: RehearsalSpec,
  costs: Costs | null,
  onProgress: OnProgress = () => {}
) {
  const times = stepsFor(spec.app.revision.gracePeriodSeconds)
  const found = yield* cuts(spec, times, onProgress)
  if (found.length === 0) return null
  const curve = times.flatMap((seconds) => {
    const own = found.flatMap((seed) => seed.filter(({ graceSeconds }) => graceSeconds === seconds))
    return own.length === 0 ? [] : [pointOf(spec, own, costs)]
  })
  return { ...chosen(curve, costs), curve } satisfies Escalation as Escalation
})

const chosen = (
  curve: ReadonlyArray<EscalationPoint>,
  costs: Costs | null
): Pick<Escalation, "seconds" | "because"> => {
  if (costs !== null && curve.length > 0) return { seconds: cheapest(curve), because: "cost" }
  const knee = kneeOf(curve.map(({ errors, seconds }) => ({ x: seconds, y: errors.mean })))
  return knee === null ? { seconds: null, because: null } : { seconds: knee.x, because: "knee" }
}
