import type { Fleet } from "@ebb/core/fleet/Fleet"
import { runnerTimeOf } from "@ebb/core/fleet/Ledger"
import type { RunnerTime } from "@ebb/core/tables/RunnerTime"
import type { Request, RolloutRecord, Runner } from "@ebb/core/tables/Records"
import { RunnerState } from "@ebb/core/tables/RunnerState"
import { GraceCuts } from "./GraceCuts.ts"
import { RunMeter, type WindowBounds } from "./RunMeter.ts"
import { InFlightFates } from "./InFlightFates.ts"
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

/** Whether it is a runner of the first rollout. */
export const isOfFirst = ({ memberships }: Runner): boolean =>
  memberships?.some(({ rollout }) => rollout.number === firstRollout) === true

/** What a run is told to measure, whichever world it runs in. */
export interface Recorded {
  readonly fleet: Fleet
  readonly spec: RehearsalSpec
  mode: Mode
  /** By how much the rollouts were moved from where the spec had them. */
  readonly laterMs: number
  /** How long a request in flight would still take, in Fleet milliseconds; Infinity on a runner that hangs, null: unknown. */
  readonly runners: { readonly remainingMs: (nowMs: number, request: Request) => number | null }
  readonly runnerName: (number: number) => string
}

/** A forced rollout while others were under way: they go on by force, and it has no account of its own (platform rule 8.6). */
export interface Escalation {
  readonly index: number
  readonly atMs: number
}

/** Keeps what the measures of one run need (`RunMeasures.of`), while it runs; the app is the Fleet's first. */
export class RunRecord implements Watcher {
  bounds: WindowBounds
  readonly meter: RunMeter
  readonly recorded: Recorded
  /** Those that have an account of their own. */
  readonly rollouts: Array<RolloutRecord> = []
  /** Which rollouts of the spec escalated earlier ones instead, counted from 0, and when. */
  readonly escalations: Array<Escalation> = []
  /** Runner time up to the moment of the first rollout. */
  timeBefore: RunnerTime | null = null
  slotsReadyBefore = 0
  graceNeededMs: number | null = 0
  /** Of the first rollout. */
  readonly graceCuts = new GraceCuts()
  /** Without a rollout: what was in flight at its moment, to see how it ends. */
  readonly withoutRollout = new InFlightFates()

  constructor(recorded: Recorded) {
    this.recorded = recorded
    this.bounds = boundsOf(recorded)
    this.meter = new RunMeter(recorded.fleet, this.bounds)
  }

  /** Measures a rollout at a moment to come. */
  aim(rolloutAtMs: number, windowEndMs: number): void {
    this.bounds = { ...this.bounds, rolloutAtMs, windowEndMs }
    this.meter.aim(this.bounds)
  }

  settled(request: Request): void {
    this.meter.settled(request)
    if (this.withoutRollout.unresolved > 0) this.withoutRollout.settled(request)
  }

  runnerChanged(runner: Runner): void {
    // One that takes a request was ready before: nothing that is measured changes.
    if (runner.state === RunnerState.RUNNING) return
    this.meter.runnerChanged()
    if (runner.state !== RunnerState.DRAINING || !isOfFirst(runner)) return
    const { fleet, runners } = this.recorded
    this.graceCuts.signalled(fleet.state.nowMs, runner, (nowMs, request) => runners.remainingMs(nowMs, request))
  }

  killed(runner: Runner): void {
    if (isOfFirst(runner)) this.graceCuts.killed(runner)
  }

  /** The moment of the first rollout, before it does anything. */
  note(nowMs: number): void {
    const { state } = this.recorded.fleet
    const app = state.apps[0]!
    state.nowMs = nowMs
    // A step that ends here ends before the rollout: what it does shows in the step that begins with it.
    this.meter.sample(nowMs)
    this.timeBefore = runnerTimeOf(state, app)
    this.slotsReadyBefore = app.slotsReady
    let most = 0
    for (let request = app.attempts.first; request !== null; request = request.next) {
      if (this.recorded.mode === "none") this.withoutRollout.add(request)
      most = Math.max(most, this.recorded.runners.remainingMs(nowMs, request) ?? Infinity)
    }
    this.graceNeededMs = most === Infinity ? null : most
  }

  /** The next rollout of the spec began, or escalated these. */
  rolledOut(rollouts: ReadonlyArray<RolloutRecord>): void {
    const begun = rollouts.filter((rollout) => !this.rollouts.includes(rollout))
    this.rollouts.push(...begun)
    const escalated = rollouts.flatMap(({ escalatedAtMs }) => escalatedAtMs ?? [])
    // One that was told with the one before is there already.
    if (begun.length > 0 || escalated.length === 0) return
    this.escalations.push({ index: this.rollouts.length + this.escalations.length, atMs: Math.max(...escalated) })
  }
}
