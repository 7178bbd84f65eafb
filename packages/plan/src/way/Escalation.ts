import { type Estimate, estimate, pairedDifference } from "@ebb/sim/measure/Statistics"
import type { RehearsalSpec } from "@ebb/sim/spec/Spec"
import { Effect } from "effect"
import * as Cuts from "../grace/Cuts.ts"
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
  /** The least cost; that no fewer are cut however long it waits, as some hang; or the knee of requests cut against time. */
  readonly because: "cost" | "hang" | "knee" | null
  readonly curve: ReadonlyArray<EscalationPoint>
}

/** Times after which it is tried. */
const steps = [0, 1, 2, 5, 10, 20, 30, 60, 120, 300]

/** Up to the grace period, which ends a graceful rollout anyway. */
export const timesOf = ({ app }: RehearsalSpec): ReadonlyArray<number> => {
  const { gracePeriodSeconds } = app.revision
  return [...steps.filter((seconds) => seconds < gracePeriodSeconds), gracePeriodSeconds]
}

const secondsPerHour = 3600

/** Errors, degraded minutes, and what held runners and lost work are paid for. */
const costOf = (cut: Cuts.Cut, costs: Costs, ratePerHour: number, forMs: number): number =>
  cut.errors * costs.perError +
  ((cut.recoveryMs ?? forMs) / 60_000) * costs.perDegradedMinute +
  (cut.heldRunnerSeconds / secondsPerHour) * ratePerHour +
  (cut.lostAmount ?? 0)

const costsOf = (spec: RehearsalSpec, cut: ReadonlyArray<Cuts.Cut>, costs: Costs): ReadonlyArray<number> => {
  const [type] = spec.app.revision.machineTypes
  const ratePerHour = spec.prices.rates[type] ?? 0
  return cut.map((each) => costOf(each, costs, ratePerHour, spec.run.forMs))
}

const pointOf = (cut: ReadonlyArray<Cuts.Cut>, costs: ReadonlyArray<number> | null): EscalationPoint => {
  const of = (pick: (cut: Cuts.Cut) => number): Estimate => estimate(cut.map(pick))!
  return {
    seconds: cut[0]!.graceSeconds,
    errors: of(({ errors, retried }) => errors + retried),
    lostWorkSeconds: of(({ lostWorkSeconds }) => lostWorkSeconds),
    heldRunnerSeconds: of(({ heldRunnerSeconds }) => heldRunnerSeconds),
    recoveryMs: estimate(cut.map(({ recoveryMs }) => recoveryMs)),
    cost: costs === null ? null : estimate(costs)
  }
}

/** What costs least; the grace period itself where nothing saves more than chance may. */
const cheapest = (curve: ReadonlyArray<EscalationPoint>, costs: ReadonlyArray<ReadonlyArray<number>>): number => {
  const last = curve.length - 1
  const best = curve.reduce((at, { cost }, index) => (cost!.mean < curve[at]!.cost!.mean ? index : at), last)
  const saved = pairedDifference(costs[last]!, costs[best]!)
  return curve[saved !== null && saved.low > 0 ? best : last]!.seconds
}

/** Tries each time in every seed; null where the spec has no rollout. */
export const plan = Effect.fnUntraced(function* (
  spec: RehearsalSpec,
  costs: Costs | null,
  onProgress: OnProgress = () => {}
) {
  const times = timesOf(spec)
  const found = yield* Cuts.ofSeeds(spec, times, onProgress)
  if (found.length === 0) return null
  const bySeconds = times
    .map((seconds) => found.flatMap((seed) => seed.filter(({ graceSeconds }) => graceSeconds === seconds)))
    .filter((own) => own.length > 0)
  const amounts = costs === null ? null : bySeconds.map((own) => costsOf(spec, own, costs))
  const curve = bySeconds.map((own, at) => pointOf(own, amounts?.[at] ?? null))
  return { ...chosen(curve, amounts), curve } satisfies Escalation as Escalation
})

/** From when on as many are cut as at the end of the grace period, give or take the interval there; null where none are then. */
const flatFromOf = (curve: ReadonlyArray<EscalationPoint>): number | null => {
  const end = curve.at(-1)
  if (end === undefined || end.errors.mean === 0) return null
  const first = curve.find(({ errors }) => errors.mean <= end.errors.high)!
  return first === end ? null : first.seconds
}

const chosen = (
  curve: ReadonlyArray<EscalationPoint>,
  costs: ReadonlyArray<ReadonlyArray<number>> | null
): Pick<Escalation, "seconds" | "because"> => {
  if (costs !== null && curve.length > 0) return { seconds: cheapest(curve, costs), because: "cost" }
  const flatFrom = flatFromOf(curve)
  if (flatFrom !== null) return { seconds: flatFrom, because: "hang" }
  const knee = kneeOf(curve.map(({ errors, seconds }) => ({ x: seconds, y: errors.mean })))
  return knee === null ? { seconds: null, because: null } : { seconds: knee.x, because: "knee" }
}
