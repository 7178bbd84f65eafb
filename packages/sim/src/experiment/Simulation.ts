import { ways } from "@ebb/core/domain/RolloutWay"
import type { Fleet } from "@ebb/core/fleet/Fleet"
import { plainSubmission } from "@ebb/core/fleet/Intake"
import type { RolloutCommand } from "@ebb/core/fleet/Rollout"
import { worldCopy } from "@ebb/core/snapshot/FleetCopy"
import { type Shared, shared } from "@ebb/core/snapshot/Shared"
import { RequestKind } from "@ebb/core/tables/RequestState"
import * as Profile from "../world/Profile.ts"
import * as Random from "../workload/Random.ts"
import { RunRecord } from "../measure/RunRecord.ts"
import * as RunMeasures from "../measure/RunMeasures.ts"
import type { Mode, PlannedFault, RehearsalSpec } from "../spec/Spec.ts"
import { specOfSeed } from "../spec/SpecOfSeed.ts"
import { faultTargets } from "../world/FaultTargets.ts"
import { type MakeFleet, plainFleet, serviceMs, VirtualWorld } from "../world/VirtualWorld.ts"
import * as Workload from "../workload/Workload.ts"

/** Something that happens at its time: a planned fault, the moment of the first rollout, a rollout. */
type Command =
  | { readonly atMs: number; readonly do: "fault"; readonly fault: PlannedFault }
  | { readonly atMs: number; readonly do: "note" }
  | { readonly atMs: number; readonly do: "rollout"; readonly command: RolloutCommand }

const runnerName = (number: number): string => `runner-${number}`

/** One run of a spec under one mode and seed, in virtual time: the Fleet, its world and what is measured. */
export class Simulation {
  readonly fleet: Fleet
  readonly world: VirtualWorld
  private readonly given: RehearsalSpec
  private readonly seed: number
  /** As it is given, with its rollouts where this seed has them. */
  private readonly spec: RehearsalSpec
  private mode: Mode
  private readonly workload: Workload.Workload
  readonly record: RunRecord
  private commands: ReadonlyArray<Command>
  /** So many of them are done. */
  private done = 0
  private readonly submission = plainSubmission(RequestKind.direct)
  /** When the workload's next request comes. */
  private arrivalMs = Infinity
  /** What its forks have in common with it, once it has any. */
  private shared: Shared | null = null
  private readonly profile: Profile.Profile
  private readonly random: Random.Random

  constructor(given: RehearsalSpec, mode: Mode, seed: number, makeFleet: MakeFleet = plainFleet) {
    const random = Random.make(seed)
    const { laterMs, spec } = specOfSeed(given, seed)
    this.given = given
    this.seed = seed
    this.spec = spec
    this.mode = mode
    this.random = random
    this.profile = Profile.make(spec.runner, spec.faults, random)
    this.world = new VirtualWorld(this.profile, makeFleet)
    this.fleet = this.world.fleet
    const { runners } = this.world
    this.record = new RunRecord({ fleet: this.fleet, spec, mode, laterMs, runners, runnerName })
    this.world.watch(this.record)
    this.workload = Workload.open(spec.traffic, random)
    this.commands = this.plan()
  }

  private get sharedByForks(): Shared {
    const { given, profile, random, spec } = this
    const { scalers, strategies } = this.fleet.state
    const { draws } = this.workload
    return shared({ given, spec, random, draws, profile, scalers, strategies, serviceMs, runnerName })
  }

  /**
   * An exact copy that goes on by itself with the same draws, under another mode if no rollout has begun yet; this one is
   * left as it is. Not for a run that a journal is kept of: a journal has one run.
   */
  fork(mode = this.mode): Simulation {
    const into = new Simulation(this.given, this.mode, this.seed)
    this.shared ??= this.sharedByForks
    const fork = worldCopy<Simulation>(this, into, this.fleet.state, this.shared)
    if (mode === this.mode) return fork
    if (!this.isBeforeRollouts) throw new Error("a run whose first rollout has begun has its mode")
    fork.mode = mode
    fork.record.recorded.mode = mode
    fork.commands = fork.plan()
    return fork
  }

  /** Nothing of what differs between modes has happened. */
  private get isBeforeRollouts(): boolean {
    return this.commands.slice(0, this.done).every((command) => command.do === "fault")
  }

  /** Until then all modes of a seed go the same way. */
  get rolloutAtMs(): number {
    return this.record.bounds.rolloutAtMs
  }

  /**
   * Rolls out at an instant to come as well, and measures that one: `during` is from then until `windowEndMs`. What the
   * spec plans stays planned.
   */
  rollOutAt(atMs: number, mode: Exclude<Mode, "none">, windowEndMs: number): void {
    const done = this.commands.slice(0, this.done)
    const rollout: Command = { atMs, do: "rollout", command: commandOf(mode) }
    this.commands = [...done, ...[...this.commands.slice(this.done), rollout].sort((a, b) => a.atMs - b.atMs)]
    this.record.aim(atMs, windowEndMs)
  }

  /** From now on runners have so long from SIGTERM to SIGKILL, those that are there too. */
  setGracePeriod(gracePeriodSeconds: number): void {
    const app = this.fleet.state.apps[0]!
    const revision = { ...app.revision, settings: { ...app.revision.settings, gracePeriodSeconds } }
    app.revision = revision
    app.settings = { ...app.settings, gracePeriodSeconds }
    for (let runner = app.firstRunner; runner !== null; runner = runner.next) runner.revision = revision
  }

  private plan(): ReadonlyArray<Command> {
    const faults = this.spec.faults.plan.map((fault): Command => ({ atMs: fault.atMs, do: "fault", fault }))
    const moment: Command = { atMs: this.record.bounds.rolloutAtMs, do: "note" }
    const rollouts = this.mode === "none" ? [] : this.spec.rollouts.map((rollout) => this.planned(rollout))
    return [...faults, moment, ...rollouts].sort((a, b) => a.atMs - b.atMs)
  }

  private planned({ atMs, mode }: RehearsalSpec["rollouts"][number]): Command {
    return { atMs, do: "rollout", command: commandOf(mode ?? this.mode) }
  }

  /** Runs to the end of the spec's time. */
  run(): RunMeasures.RunMeasures {
    const endMs = this.spec.run.forMs
    this.advance(endMs)
    this.fleet.state.nowMs = endMs
    this.record.meter.sample(endMs)
    return RunMeasures.of(this.record)
  }

  private begin(): void {
    const { fleet, spec, workload } = this
    for (const [type, limit] of Object.entries(spec.capacity ?? {})) fleet.setCapacity(0, spec.app.team, type, limit)
    fleet.addApp(0, spec.app)
    this.arrivalMs = workload.next() ? workload.atMs : Infinity
  }

  /**
   * Runs all that comes before `untilMs`, or so many events of it; whether that was all. At one instant: events of the
   * world, then commands, then arrivals.
   */
  advance(untilMs: number, eventsMax = Infinity): boolean {
    if (this.fleet.state.apps.length === 0) this.begin()
    const { workload } = this
    const { meter } = this.record
    const { timeline } = this.world
    const endMs = this.spec.run.forMs
    let { arrivalMs } = this
    let commandMs = this.commandMs
    // Before this there is neither a command nor a sample, as for nearly all that comes.
    let quietMs = 0
    let isThere = false
    for (let left = eventsMax; left > 0; left--) {
      const eventMs = timeline.nextMs
      if (eventMs <= arrivalMs && eventMs < quietMs) timeline.step()
      else if (arrivalMs < eventMs && arrivalMs < quietMs) {
        this.arrive(arrivalMs)
        arrivalMs = workload.next() ? workload.atMs : Infinity
      } else {
        const nextMs = Math.min(eventMs, commandMs, arrivalMs)
        if (nextMs > meter.nextSampleMs) meter.sample(Math.min(nextMs, endMs))
        isThere = nextMs >= untilMs
        if (isThere) break
        if (eventMs === nextMs) timeline.step()
        else if (commandMs === nextMs) this.command(nextMs)
        else {
          this.arrive(arrivalMs)
          arrivalMs = workload.next() ? workload.atMs : Infinity
        }
        commandMs = this.commandMs
        quietMs = Math.min(commandMs, meter.nextSampleMs, untilMs)
      }
    }
    this.arrivalMs = arrivalMs
    return isThere
  }

  /** How far it has come. */
  get nowMs(): number {
    return this.fleet.state.nowMs
  }

  /** Requests accepted so far. */
  get requests(): number {
    return this.fleet.state.requestsMade
  }

  /** When the next command comes. */
  private get commandMs(): number {
    return this.commands[this.done]?.atMs ?? Infinity
  }

  private command(nowMs: number): void {
    const command = this.commands[this.done++]!
    if (command.do === "fault") this.strike(nowMs, command.fault)
    else if (command.do === "note") this.record.note(nowMs)
    else this.record.rolledOut(this.fleet.rollout(nowMs, 0, command.command))
    if (nowMs === this.record.bounds.rolloutAtMs) this.record.meter.noteSlots()
  }

  private arrive(nowMs: number): void {
    const { submission, workload } = this
    submission.kind = workload.queued ? RequestKind.queued : RequestKind.direct
    submission.low = workload.low
    submission.startTimeoutMs = workload.startTimeoutMs
    submission.maxQueueLength = workload.queued ? workload.maxQueueLength : null
    const request = this.world.submit(nowMs, 0, submission, workload.serviceMs, workload.patienceMs)
    if (request !== null) this.record.meter.submitted(nowMs)
  }

  private strike(nowMs: number, fault: PlannedFault): void {
    const { runners } = this.world
    const untilMs = fault.forMs === null ? Infinity : nowMs + fault.forMs
    for (const runner of faultTargets(this.fleet.state.apps[0]!, fault.runner)) {
      if (fault.do === "crash") runners.crash(nowMs, runner)
      else runners.hold(runner, untilMs, fault.do === "hang")
    }
  }
}

/** The rollout command of a mode other than none. */
export const commandOf = (mode: Mode): RolloutCommand => {
  const { force, order } = ways[mode === "none" ? "graceful" : mode]
  return { force, order }
}

/**
 * One run of a spec: a pure function of (spec, mode, seed).
 *
 * @example
 * ```ts
 * import { Presets, Simulation, Spec } from "@ebb/sim"
 * import { Result } from "effect"
 *
 * const spec = Result.getOrThrow(Spec.parse(Presets.presets.media, { file: "media", readFile: () => "" }))
 * const { inFlight, requests } = Simulation.run(spec, "force", 1)
 * console.log(requests.accepted, inFlight.errored, inFlight.retried)
 * ```
 */
export const run = (spec: RehearsalSpec, mode: Mode, seed: number): RunMeasures.RunMeasures =>
  new Simulation(spec, mode, seed).run()
