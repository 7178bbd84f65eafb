import type { InFlight } from "@ebb/core/domain/Measures"
import type { RolloutReport } from "@ebb/core/domain/RolloutReport"
import { Fleet } from "@ebb/core/fleet/Fleet"
import { plainSubmission } from "@ebb/core/fleet/Intake"
import { type RunnerTime, runnerTimeOf } from "@ebb/core/fleet/Ledger"
import * as RolloutReports from "@ebb/core/fleet/RolloutReports"
import type { RolloutCommand } from "@ebb/core/fleet/Rollout"
import { RequestKind } from "@ebb/core/tables/Request"
import type { RolloutRecord } from "@ebb/core/tables/RolloutRecord"
import type { Runner } from "@ebb/core/tables/Runner"
import { isServing } from "@ebb/core/tables/RunnerState"
import { Observed } from "./Observed.ts"
import { Measuring, type WindowBounds } from "./Measuring.ts"
import * as Profile from "./Profile.ts"
import * as Random from "./Random.ts"
import type { RunMeasures } from "./RunMeasures.ts"
import type { Mode, PlannedFault, RehearsalSpec } from "./Spec.ts"
import { VirtualWorld, type Watcher } from "./VirtualWorld.ts"
import * as Workload from "./Workload.ts"

/** Something an operator or a planned fault does at its time. */
interface Command {
  readonly atMs: number
  readonly run: () => void
}

/** How a run gets the Fleet for its world: a plain one, or one that a journal is kept of. */
export type MakeFleet = (world: VirtualWorld) => Fleet

const plainFleet: MakeFleet = (world) => new Fleet(world, { exitsReported: false })

/** One run of a spec under one mode and seed, in virtual time: the Fleet, its world and what is measured. */
export class Simulation {
  readonly fleet: Fleet
  readonly world: VirtualWorld
  private readonly spec: RehearsalSpec
  private readonly mode: Mode
  private readonly workload: Workload.Workload
  private readonly measuring: Measuring
  private readonly bounds: WindowBounds
  private readonly commands: Array<Command>
  private readonly submission = plainSubmission(RequestKind.direct)
  private readonly rollouts: Array<RolloutRecord> = []
  private before: RunnerTime | null = null
  private slotsReadyBefore = 0
  private graceNeededMs: number | null = 0
  /** Without a rollout: what was in flight at its moment, to see how it ends. */
  private readonly observed = new Observed()

  constructor(spec: RehearsalSpec, mode: Mode, seed: number, makeFleet: MakeFleet = plainFleet) {
    const random = Random.make(seed)
    this.spec = spec
    this.mode = mode
    this.bounds = boundsOf(spec)
    const watcher: Watcher = {
      settled: (request) => {
        this.measuring.settled(request)
        this.observed.settled(request)
      },
      runnerChanged: () => this.measuring?.runnerChanged()
    }
    this.world = new VirtualWorld(Profile.make(spec.runner, spec.faults, random), watcher)
    this.fleet = makeFleet(this.world)
    this.measuring = new Measuring(this.fleet, this.bounds)
    this.world.attach(this.fleet)
    this.workload = Workload.open(spec.traffic, random)
    this.commands = this.plan()
  }

  private plan(): Array<Command> {
    const faults = this.spec.faults.plan.map((fault) => ({ atMs: fault.atMs, run: () => this.strike(fault) }))
    const moment = { atMs: this.bounds.rolloutAtMs, run: () => this.note() }
    const rollouts = this.mode === "none" ? [] : this.spec.rollouts.map((rollout) => this.planned(rollout))
    return [...faults, moment, ...rollouts].sort((a, b) => a.atMs - b.atMs)
  }

  private planned(rollout: RehearsalSpec["rollouts"][number]): Command {
    const command = commandOf(rollout.mode ?? this.mode)
    return { atMs: rollout.atMs, run: () => this.rollOut(command) }
  }

  private rollOut(command: RolloutCommand): void {
    for (const rollout of this.fleet.rollout(this.world.nowMs, 0, command)) {
      if (!this.rollouts.includes(rollout)) this.rollouts.push(rollout)
    }
  }

  /** Runs to the end of the spec's time. */
  run(): RunMeasures {
    const { fleet, spec } = this
    for (const [type, limit] of Object.entries(spec.capacity ?? {})) fleet.setCapacity(0, spec.app.team, type, limit)
    fleet.addApp(0, spec.app)
    this.loop(spec.run.forMs)
    return this.measures()
  }

  /** At one instant: events of the world, then commands, then arrivals. */
  private loop(endMs: number): void {
    const { measuring, workload, world } = this
    const { queue } = world
    let arrivalMs = workload.next() ? workload.atMs : Infinity
    for (;;) {
      const eventMs = queue.nextMs
      const commandMs = this.commands.length > 0 ? this.commands[0]!.atMs : Infinity
      const nextMs = Math.min(eventMs, commandMs, arrivalMs)
      if (nextMs > measuring.nextSampleMs) measuring.sample(Math.min(nextMs, endMs))
      if (nextMs >= endMs) break
      if (eventMs === nextMs) world.step()
      else if (commandMs === nextMs) this.command(nextMs)
      else {
        this.arrive(arrivalMs)
        arrivalMs = workload.next() ? workload.atMs : Infinity
      }
    }
    world.nowMs = endMs
    measuring.sample(endMs)
    this.fleet.state.nowMs = endMs
  }

  private command(nowMs: number): void {
    this.world.nowMs = nowMs
    this.commands.shift()!.run()
    if (nowMs === this.bounds.rolloutAtMs) this.measuring.noteSlots()
  }

  private arrive(nowMs: number): void {
    const { submission, workload, world } = this
    world.nowMs = nowMs
    submission.kind = workload.queued ? RequestKind.queued : RequestKind.direct
    submission.low = workload.low
    submission.startTimeoutMs = workload.startTimeoutMs
    submission.maxQueueLength = workload.queued ? workload.maxQueueLength : -1
    world.expect(workload.serviceMs)
    const request = this.fleet.submit(nowMs, 0, submission)
    if (request === null) return
    this.measuring.submitted(nowMs)
    world.accepted(request, workload.patienceMs)
  }

  /** The moment of the first rollout, before it does anything. */
  private note(): void {
    const { state } = this.fleet
    const app = state.apps[0]!
    state.nowMs = this.world.nowMs
    this.before = runnerTimeOf(state, app)
    this.slotsReadyBefore = app.slotsReady
    let most = 0
    for (let request = app.attempts.first; request !== null; request = request.next) {
      if (this.mode === "none") this.observed.add(request)
      most = Math.max(most, this.world.remainingMs(request))
    }
    this.graceNeededMs = most === Infinity ? null : most
  }

  private strike(fault: PlannedFault): void {
    const untilMs = fault.forMs === null ? Infinity : this.world.nowMs + fault.forMs
    for (const runner of this.victims(fault.runner)) {
      if (fault.do === "crash") this.world.crash(runner)
      else this.world.hold(runner, untilMs, fault.do === "hang")
    }
  }

  private victims(which: PlannedFault["runner"]): ReadonlyArray<Runner> {
    const serving: Array<Runner> = []
    for (let runner = this.fleet.state.apps[0]!.firstRunner; runner !== null; runner = runner.next) {
      if (isServing(runner.state)) serving.push(runner)
    }
    if (which === "all") return serving
    if (which === "oldest") return serving.slice(0, 1)
    if (which === "newest") return serving.slice(-1)
    return serving.slice(0, which)
  }

  private measures(): RunMeasures {
    const { fleet, measuring } = this
    const { accepted, cancelled, completed, errored } = measuring
    const app = fleet.state.apps[0]!
    const end = runnerTimeOf(fleet.state, app)
    const before = this.before ?? end
    const { prices } = this.spec
    return {
      requests: { accepted, completed, errored, cancelled, pending: accepted - completed - errored - cancelled },
      inFlight: this.inFlight(),
      errorsByType: RolloutReports.errorsByType(measuring.errors),
      latencyMs: measuring.latency.windows(),
      queueWaitMs: measuring.queueWait.windows(),
      capacity: this.capacity(),
      graceNeededMs: this.graceNeededMs,
      coldStarts: end.runnersCreated - before.runnersCreated,
      runnerSeconds: RolloutReports.runnerSeconds(before, end),
      cost: RolloutReports.cost(before, end, prices, app.settings.machineTypes[0]),
      rollouts: this.rollouts.map((rollout, index) => this.report(rollout, index)),
      timeline: measuring.timeline()
    }
  }

  private report(rollout: RolloutRecord, index: number): RolloutReport {
    const foreseen = index === 0 ? { graceNeededMs: this.graceNeededMs } : {}
    const runnerName = (number: number) => `runner-${number}`
    return RolloutReports.make(this.fleet.state, rollout, { prices: this.spec.prices, runnerName, ...foreseen })
  }

  private inFlight(): InFlight {
    const first = this.rollouts[0]
    return first === undefined ? this.observed.inFlight() : RolloutReports.inFlightOf(first)
  }

  private capacity(): RunMeasures["capacity"] {
    const recoveredAtMs = this.rollouts[0]?.recoveredAtMs ?? null
    return {
      slotsReadyBefore: this.slotsReadyBefore,
      slotsReadyLowest: Math.min(this.measuring.slotsReadyLowest, this.slotsReadyBefore),
      recoveryMs: recoveredAtMs === null ? null : recoveredAtMs - this.bounds.rolloutAtMs
    }
  }
}

const boundsOf = ({ rollouts, run: { forMs, warmupMs, windowMs } }: RehearsalSpec): WindowBounds => {
  const rolloutAtMs = rollouts.reduce((first, { atMs }) => Math.min(first, atMs), forMs)
  return { warmupMs, rolloutAtMs, windowEndMs: Math.min(rolloutAtMs + windowMs, forMs), forMs }
}

const commandOf = (mode: Mode): RolloutCommand => ({
  force: mode === "force",
  order: mode === "force" ? null : mode === "replace" ? "replace_first" : "stop_first"
})

/** One run of a spec: a pure function of (spec, mode, seed). */
export const run = (spec: RehearsalSpec, mode: Mode, seed: number): RunMeasures =>
  new Simulation(spec, mode, seed).run()
