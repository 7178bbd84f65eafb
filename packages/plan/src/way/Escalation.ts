import { capacityUnits } from "@ebb/core/domain/Machine"
import { type Estimate, estimate, pairedDifference } from "@ebb/sim/measure/Statistics"
import { forcedAfterMs } from "@ebb/sim/spec/LaterForce"
import type { RehearsalSpec } from "@ebb/sim/spec/Spec"
import { Effect } from "effect"
import * as Cuts from "../grace/Cuts.ts"
import { kneeOf } from "../grace/Knee.ts"
import { isShown } from "../grace/Periods.ts"
import type { OnProgress } from "../OnProgress.ts"
import { repeatsRollouts } from "../Repeated.ts"
import type { Costs } from "./Cost.ts"

/** A graceful rollout that is forced after so long. */
export interface EscalationPoint {
  readonly seconds: number
  /** Requests in flight that the force, or the end of the grace period, cuts, retried ones included. */
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
  /** The least cost; that as few are cut as at the end, where some hang; or the knee of requests cut against time. */
  readonly because: "cost" | "hang" | "knee" | null
  readonly curve: ReadonlyArray<EscalationPoint>
}

/** Whether no runner is held any longer than until then, so that a force comes too late to gain anything. */
export const gainsNothing = ({ curve }: Escalation, { heldRunnerSeconds }: EscalationPoint): boolean =>
  heldRunnerSeconds.mean >= curve.at(-1)!.heldRunnerSeconds.mean

/** Times after which it is tried. */
const steps = [0, 1, 2, 5, 10, 20, 30, 60, 120, 300]

/** What ends a graceful rollout anyway. */
export interface End {
  readonly seconds: number
  /** It is a force that the spec has later; else the grace period. */
  readonly isForced: boolean
}

export const endOf = (spec: RehearsalSpec): End => {
  const { gracePeriodSeconds } = spec.app.revision
  const forcedSeconds = (forcedAfterMs(spec) ?? Infinity) / 1000
  const isForced = forcedSeconds < gracePeriodSeconds
  return { seconds: isForced ? forcedSeconds : gracePeriodSeconds, isForced }
}

/** Up to what ends it anyway. */
export const timesOf = (spec: RehearsalSpec): ReadonlyArray<number> => {
  const { seconds: end } = endOf(spec)
  return [...steps.filter((seconds) => seconds < end), end]
}

const secondsPerHour = 3600

/** Errors, degraded minutes, and what held runners and lost work are paid for. */
const costOf = (cut: Cuts.Cut, costs: Costs, ratePerHour: number, forMs: number): number =>
  cut.errored * costs.perError +
  ((cut.recoveryMs ?? forMs) / 60_000) * costs.perDegradedMinute +
  (cut.heldRunnerSeconds / secondsPerHour) * ratePerHour +
  (cut.lostAmount ?? 0)

const costsOf = (spec: RehearsalSpec, cut: ReadonlyArray<Cuts.Cut>, costs: Costs): ReadonlyArray<number> => {
  const { gpus, machineTypes } = spec.app.revision
  const [type] = machineTypes
  const ratePerHour = (spec.prices.rates[type] ?? 0) * capacityUnits(type, gpus)
  return cut.map((each) => costOf(each, costs, ratePerHour, spec.run.forMs))
}

const pointOf = (
  seconds: number,
  cut: ReadonlyArray<Cuts.Cut>,
  costs: ReadonlyArray<number> | null
): EscalationPoint => {
  const of = (pick: (cut: Cuts.Cut) => number): Estimate => estimate(cut.map(pick))!
  return {
    seconds,
    errors: of((each) => each.cut),
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
  return curve[saved !== null && saved.n > 1 && saved.low > 0 ? best : last]!.seconds
}

/** Tries each time in every seed; null where the spec has no rollout. */
export const plan = Effect.fnUntraced(function* (
  spec: RehearsalSpec,
  costs: Costs | null,
  onProgress: OnProgress = () => {}
) {
  const times = timesOf(spec)
  // Up to its end it is the rollout that the spec has.
  const graceSeconds = [...times.slice(0, -1), spec.app.revision.gracePeriodSeconds]
  const found = yield* Cuts.ofSeeds(spec, graceSeconds, onProgress)
  if (found.flat().length === 0) return null
  const bySeconds = times.map((_, at) => found.flatMap((seed) => seed[at] ?? []))
  const amounts = costs === null ? null : bySeconds.map((own) => costsOf(spec, own, costs))
  const curve = bySeconds.map((own, at) => pointOf(times[at]!, own, amounts?.[at] ?? null))
  // Rollouts that all meet the same requests are one sample.
  const telling = repeatsRollouts(spec) ? 1 : spec.run.seeds
  const tellingOf = <One>(all: ReadonlyArray<ReadonlyArray<One>>) => all.map((own) => own.slice(0, telling))
  const choice = chosen(curve, amounts === null ? null : tellingOf(amounts), tellingOf(bySeconds))
  return { ...choice, curve } satisfies Escalation as Escalation
})

/** Cut more than at the end by at most this share of those cut then, and of those in flight: no more. */
const sameShare = 0.1

const total = (values: ReadonlyArray<number>): number => values.reduce((sum, value) => sum + value, 0)

/**
 * From when on it is shown that no more are cut than at the end; null where it is of no time, and where
 * none are cut then. Runs that differ in nothing show it if they met enough requests.
 */
const flatFromOf = (bySeconds: ReadonlyArray<ReadonlyArray<Cuts.Cut>>): number | null => {
  const all = bySeconds.map((own) => own.map(({ cut }) => cut))
  const end = all.at(-1) ?? []
  const [cutAtEnd, met] = [total(end), total(all[0] ?? [])]
  if (cutAtEnd === 0) return null
  const isFlat = (own: ReadonlyArray<number>): boolean => {
    const more = pairedDifference(own, end)
    if (more === null || more.n < 2 || more.high > (sameShare * cutAtEnd) / end.length) return false
    return isShown(Math.max(0, total(own) - cutAtEnd), met, sameShare)
  }
  const first = all.findIndex(isFlat)
  return first < 0 || first === all.length - 1 ? null : bySeconds[first]![0]!.graceSeconds
}

const chosen = (
  curve: ReadonlyArray<EscalationPoint>,
  costs: ReadonlyArray<ReadonlyArray<number>> | null,
  bySeconds: ReadonlyArray<ReadonlyArray<Cuts.Cut>>
): Pick<Escalation, "seconds" | "because"> => {
  // Without a grace period there is no time to wait for.
  if (curve.length < 2) return { seconds: null, because: null }
  if (costs !== null) return { seconds: cheapest(curve, costs), because: "cost" }
  const flatFrom = flatFromOf(bySeconds)
  if (flatFrom !== null) return { seconds: flatFrom, because: "hang" }
  const knee = kneeOf(curve.map(({ errors, seconds }) => ({ x: seconds, y: errors.mean })))
  return knee === null ? { seconds: null, because: null } : { seconds: knee.x, because: "knee" }
}
