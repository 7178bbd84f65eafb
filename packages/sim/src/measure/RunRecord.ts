import type { InFlight } from "@ebb/core/domain/Measures"
import type { RolloutReport } from "@ebb/core/domain/RolloutReport"
import type { Fleet } from "@ebb/core/fleet/Fleet"
import { runnerTimeOf } from "@ebb/core/fleet/Ledger"
import type { RunnerTime } from "@ebb/core/tables/RunnerTime"
import * as RolloutReports from "@ebb/core/fleet/RolloutReports"
import type { Request } from "@ebb/core/tables/Request"
import type { RolloutRecord } from "@ebb/core/tables/RolloutRecord"
import type { Runner } from "@ebb/core/tables/Runner"
import { RunnerState } from "@ebb/core/tables/RunnerState"
import { RunMeter, type WindowBounds } from "./RunMeter.ts"
import { InFlightFates } from "./InFlightFates.ts"
import type { RunMeasures } from "./RunMeasures.ts"
import type { Mode, RehearsalSpec } from "../spec/Spec.ts"
import type { Watcher } from "../world/VirtualWorld.ts"

/** The Fleet counts its rollouts from here. */
const firstRollout = 1

/** The windows of a spec's runs; without a rollout everything measured lies after the warm-up. */
const boundsOf = ({ laterMs, spec }: Recorded): WindowBounds => {
  const {
    rollouts,
    run: { forMs, warmupMs, windowMs }
  } = spec
  const rolloutAtMs = rollouts.length === 0 ? warmupMs : Math.min(...rollouts.map(({ atMs }) => atMs))
  return { warmupMs, rolloutAtMs, windowEndMs: Math.min(rolloutAtMs + windowMs, forMs), forMs, laterMs }
}

/** What a run is told to measure, whichever world it runs in. */
export interface Recorded {
  readonly fleet: Fleet
  readonly spec: RehearsalSpec
  readonly mode: Mode
  /** By how much the rollouts were moved from where the spec had them. */
  readonly laterMs: number
  /** How long a request in flight would still take, in Fleet milliseconds; Infinity on a runner that hangs, null: unknown. */
  readonly remainingMs: (nowMs: number, request: Request) => number | null
  readonly runnerName: (number: number) => string
}

/** Keeps what the measures of one run need, while it runs; the app is the Fleet's first. */
export class RunRecord implements Watcher {
  readonly bounds: WindowBounds
  readonly meter: RunMeter
  private readonly of: Recorded
  private readonly rollouts: Array<RolloutRecord> = []
  private before: RunnerTime | null = null
  private slotsReadyBefore = 0
  private graceNeededMs: number | null = 0
  /** Of every request in flight when the first rollout signalled its runner: how long it would still take. */
  private readonly remainingMs: Array<number> = []
  /** Without a rollout: what was in flight at its moment, to see how it ends. */
  private readonly withoutRollout = new InFlightFates()

  constructor(of: Recorded) {
    this.of = of
    this.bounds = boundsOf(of)
    this.meter = new RunMeter(of.fleet, this.bounds)
  }

  settled(request: Request): void {
    this.meter.settled(request)
    if (this.withoutRollout.unresolved > 0) this.withoutRollout.settled(request)
  }

  runnerChanged(runner: Runner): void {
    this.meter.runnerChanged()
    if (runner.state === RunnerState.DRAINING) this.noteDrain(runner)
  }

  private noteDrain({ memberships, requests }: Runner): void {
    if (memberships?.some(({ rollout }) => rollout.number === firstRollout) !== true) return
    for (let request = requests.first; request !== null; request = request.nextPeer) {
      const ms = this.of.remainingMs(this.of.fleet.state.nowMs, request)
      if (ms !== null) this.remainingMs.push(ms)
    }
  }

  /** The moment of the first rollout, before it does anything. */
  note(nowMs: number): void {
    const { state } = this.of.fleet
    const app = state.apps[0]!
    state.nowMs = nowMs
    // A step that ends here ends before the rollout: what it does shows in the step that begins with it.
    this.meter.sample(nowMs)
    this.before = runnerTimeOf(state, app)
    this.slotsReadyBefore = app.slotsReady
    let most = 0
    for (let request = app.attempts.first; request !== null; request = request.next) {
      if (this.of.mode === "none") this.withoutRollout.add(request)
      most = Math.max(most, this.of.remainingMs(nowMs, request) ?? Infinity)
    }
    this.graceNeededMs = most === Infinity ? null : most
  }

  /** A rollout began, or escalated these. */
  rolledOut(rollouts: ReadonlyArray<RolloutRecord>): void {
    for (const rollout of rollouts) if (!this.rollouts.includes(rollout)) this.rollouts.push(rollout)
  }

  /** What came of it; to be asked once, at the end of the run. */
  measures(): RunMeasures {
    const { meter } = this
    const { fleet, spec } = this.of
    const { accepted, cancelled, completed, errored } = meter
    const app = fleet.state.apps[0]!
    const end = runnerTimeOf(fleet.state, app)
    const before = this.before ?? end
    return {
      requests: { accepted, completed, errored, cancelled, pending: accepted - completed - errored - cancelled },
      inFlight: this.inFlight(),
      errorsByType: RolloutReports.errorsByType(meter.errors),
      latencyMs: meter.windows("latency"),
      queueWaitMs: meter.windows("queueWait"),
      capacity: this.capacity(),
      graceNeededMs: this.graceNeededMs,
      remainingMs: this.remainingMs.sort((a, b) => a - b),
      coldStarts: end.runnersCreated - before.runnersCreated,
      runnerSeconds: RolloutReports.runnerSeconds(before, end),
      cost: RolloutReports.cost(before, end, spec.prices, app.settings.machineTypes[0]),
      lostWork: RolloutReports.lostWork(before, end, spec.prices),
      rollouts: this.rollouts.map((rollout, index) => this.report(rollout, index)),
      rolloutAtMs: this.bounds.rolloutAtMs - this.bounds.laterMs,
      timeline: meter.timeline()
    }
  }

  private report(rollout: RolloutRecord, index: number): RolloutReport {
    const { fleet, runnerName, spec } = this.of
    const foreseen = index === 0 ? { graceNeededMs: this.graceNeededMs } : {}
    return RolloutReports.make(fleet.state, rollout, { prices: spec.prices, runnerName, ...foreseen })
  }

  private inFlight(): InFlight {
    const first = this.rollouts[0]
    return first === undefined ? this.withoutRollout.inFlight() : RolloutReports.inFlightOf(first)
  }

  private capacity(): RunMeasures["capacity"] {
    const recoveredAtMs = this.rollouts[0]?.recoveredAtMs ?? null
    return {
      slotsReadyBefore: this.slotsReadyBefore,
      slotsReadyLowest: Math.min(this.meter.slotsReadyLowest, this.slotsReadyBefore),
      recoveryMs: recoveredAtMs === null ? null : recoveredAtMs - this.bounds.rolloutAtMs
    }
  }
}
