import type { Capacity, Cost, InFlight, RunnerSeconds } from "@ebb/core/domain/Measures"
import type { RolloutReport } from "@ebb/core/domain/RolloutReport"
import { runnerTimeOf } from "@ebb/core/fleet/Ledger"
import * as RolloutReports from "@ebb/core/fleet/RolloutReports"
import { forcedAfterMs } from "../spec/LaterForce.ts"
import type { CutByGrace } from "./GraceCuts.ts"
import type { Timeline, Windows } from "./RunMeter.ts"
import type { Escalation, RunRecord } from "./RunRecord.ts"

/** Everything measured in one run: one mode, one seed (docs/measures.md). */
export interface RunMeasures {
  readonly requests: {
    readonly accepted: number
    readonly completed: number
    readonly errored: number
    readonly erroredOfWarmup: number
    readonly cancelled: number
    readonly pending: number
  }
  readonly inFlight: InFlight
  readonly errorsByType: Readonly<Record<string, number>>
  readonly latencyMs: Windows
  readonly queueWaitMs: Windows
  readonly capacity: Capacity
  readonly graceNeededMs: number | null
  /**
   * How long each request in flight when the first rollout signalled its runner would still have taken, in order;
   * Infinity on a runner that hangs. Those that `request_timeout` ends before are left out. Empty by force, and where
   * nobody knows.
   */
  readonly remainingMs: ReadonlyArray<number>
  /** Of the first rollout. */
  readonly cutByGrace: CutByGrace
  /** From the first rollout to the next one that forces in every mode; null: there is none. */
  readonly forcedAfterMs: number | null
  readonly coldStarts: number
  readonly runnerSeconds: RunnerSeconds
  readonly cost: Cost
  /** Work on attempts that ended with their runner, in seconds, and what the slots cost meanwhile. */
  readonly lostWork: { readonly seconds: number; readonly amount: number | null }
  /** Those that have an account of their own, see {@link rolloutOf}. */
  readonly rollouts: ReadonlyArray<RolloutReport>
  readonly escalations: ReadonlyArray<Escalation>
  /** The moment of the first rollout on the timeline, in every mode. */
  readonly rolloutAtMs: number
  readonly timeline: Timeline
}

/** What came of a run; to be asked once, at its end. */
export const of = (record: RunRecord): RunMeasures => {
  const { bounds, graceCuts, graceNeededMs, meter, recorded } = record
  const { fleet, spec } = recorded
  const { accepted, cancelled, completed, errored, erroredOfWarmup } = meter
  const app = fleet.state.apps[0]!
  const end = runnerTimeOf(fleet.state, app)
  const before = record.timeBefore ?? end
  return {
    requests: {
      accepted,
      completed,
      errored,
      erroredOfWarmup,
      cancelled,
      pending: accepted - completed - errored - cancelled
    },
    inFlight: inFlightOf(record),
    errorsByType: RolloutReports.errorsByType(meter.errors),
    latencyMs: meter.windows("latency"),
    queueWaitMs: meter.windows("queueWait"),
    capacity: capacityOf(record),
    graceNeededMs,
    remainingMs: graceCuts.remainingMs.toSorted((a, b) => a - b),
    cutByGrace: graceCuts.cut,
    forcedAfterMs: forcedAfterMs(spec),
    coldStarts: end.runnersCreated - before.runnersCreated,
    runnerSeconds: RolloutReports.runnerSeconds(before, end),
    cost: RolloutReports.cost(before, end, spec.prices, app.settings.machineTypes[0]),
    lostWork: RolloutReports.lostWork(before, end, spec.prices),
    rollouts: rolloutsOf(record),
    escalations: record.escalations,
    rolloutAtMs: bounds.rolloutAtMs - bounds.laterMs,
    timeline: meter.timeline()
  }
}

/** The account of a rollout of the spec, counted from 0; none where it escalated earlier ones, or was not reached. */
export const rolloutOf = ({ escalations, rollouts }: RunMeasures, index: number): RolloutReport | undefined => {
  if (escalations.some((one) => one.index === index)) return undefined
  return rollouts[index - escalations.filter((one) => one.index < index).length]
}

/** Every request that failed after the warm-up: a rollout cuts those that came before it, too. */
export const failuresOf = ({ requests }: RunMeasures): number => requests.errored + requests.erroredOfWarmup

/** How many requests were in flight at all rollouts of a run together. */
export const metByRollouts = ({ rollouts }: RunMeasures): number =>
  rollouts.reduce((sum, { inFlight }) => sum + inFlight.atStart, 0)

/** Whether a rollout of a run was still under way when time was up. */
export const isUnfinished = ({ rollouts }: RunMeasures): boolean => rollouts.some(({ state }) => state !== "finished")

const rolloutsOf = ({ graceNeededMs, recorded, rollouts }: RunRecord): ReadonlyArray<RolloutReport> => {
  const { fleet, runnerName, spec } = recorded
  return rollouts.map((rollout, index) => {
    const foreseen = index === 0 ? { graceNeededMs } : {}
    return RolloutReports.make(fleet.state, rollout, { prices: spec.prices, runnerName, ...foreseen })
  })
}

const inFlightOf = ({ rollouts: [first], withoutRollout }: RunRecord): InFlight =>
  first === undefined ? withoutRollout.inFlight() : RolloutReports.inFlightOf(first)

const capacityOf = ({ meter, rollouts: [first], slotsReadyBefore }: RunRecord): Capacity => ({
  slotsReadyBefore,
  slotsReadyLowest: Math.min(meter.slotsReadyLowest, slotsReadyBefore),
  recoveryMs: first === undefined ? null : RolloutReports.recoveryMsOf(first)
})
