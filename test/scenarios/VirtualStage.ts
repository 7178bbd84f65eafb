import { type App, defaultRevision, defaultScaling, type Scaling } from "@ebb/core/domain/App"
import { errorTypeNames } from "@ebb/core/fleet/ErrorType"
import { Fleet } from "@ebb/core/fleet/Fleet"
import { noControl } from "@ebb/core/fleet/Answers"
import * as Capacity from "@ebb/core/fleet/Capacity"
import { CheckKind, type RolloutChange } from "@ebb/core/fleet/FleetPort"
import { plainSubmission, type Submission } from "@ebb/core/fleet/Intake"
import { countdownSeconds } from "@ebb/core/fleet/KeepAlive"
import { runnerTimeOf } from "@ebb/core/fleet/Ledger"
import * as RolloutReports from "@ebb/core/fleet/RolloutReports"
import type { AppState, RevisionState } from "@ebb/core/tables/AppState"
import type { Request } from "@ebb/core/tables/Request"
import type { RolloutRecord } from "@ebb/core/tables/RolloutRecord"
import type { Runner } from "@ebb/core/tables/Runner"
import { isEnding, isServing, isStarting, RunnerState, runnerStateNames } from "@ebb/core/tables/RunnerState"
import type { Profile } from "@ebb/sim/world/Profile"
import { VirtualWorld } from "@ebb/sim/world/VirtualWorld"
import type { Deploy, Played, Scenario, Stage, View } from "./Scenario.ts"

interface Command {
  readonly atMs: number
  readonly isArrival: boolean
  readonly run: () => void
}

/** A world whose request and rollout events are written into a log as they are asked for. */
class LoggingWorld extends VirtualWorld {
  private readonly write: (line: string) => void
  private readonly warm: number

  constructor(profile: Profile, warm: number, write: (line: string) => void) {
    super(profile)
    this.warm = warm
    this.write = write
  }

  private name(request: Request): string {
    return `q${request.number - this.warm}`
  }

  override send(request: Request, runner: Runner): void {
    this.write(`${this.name(request)} to r${runner.number}`)
    super.send(request, runner)
  }

  override settle(request: Request): void {
    const error = request.errorType === 0 ? "" : ` ${errorTypeNames[request.errorType]}`
    this.write(`${this.name(request)} ${request.status}${error}`)
  }

  override cancel(request: Request, runner: Runner): void {
    this.write(`${this.name(request)} cancel to r${runner.number}`)
  }

  override check(runner: Runner, kind: CheckKind): void {
    this.write(`r${runner.number} ${kind === CheckKind.tcp ? "TCP" : "health"} check`)
  }

  override deployChanged(_app: AppState, { number }: RevisionState, how: "switched" | "aborted"): void {
    this.write(`revision ${number} ${how}`)
  }

  override close(session: Request, code: number): void {
    this.write(`${this.name(session)} closed ${code}`)
  }

  override runnerChanged(runner: Runner): void {
    this.write(`r${runner.number} ${runnerStateNames[runner.state]}`)
    super.runnerChanged(runner)
  }

  override rolloutChanged(rollout: RolloutRecord, how: RolloutChange): void {
    if (how === "finished") this.write(`rollout ${rollout.number} finished`)
  }
}

/** A world and its Fleet, which stands in time where the world says. */
export interface Staged<World extends VirtualWorld> {
  readonly world: World
  readonly fleet: Fleet
}

/** Plays one scenario; a stage in another world makes that world, hands requests in and lets time pass in its own way. */
export abstract class WorldStage<World extends VirtualWorld> {
  protected readonly scenario: Scenario
  private readonly log: Array<string> = []
  private readonly notes: Record<string, unknown> = {}
  protected readonly commands: Array<Command> = []
  protected readonly world: World
  protected readonly fleet: Fleet
  private readonly failing: Array<{ readonly from: number; readonly to: number }> = []
  private readonly unplaceable: Array<{ readonly from: number; readonly to: number }> = []
  private readonly setUps = new Map<number, number>()
  private readonly startsAt: number
  private readonly deployed: Array<RevisionState> = []
  protected readonly warm: number

  constructor(scenario: Scenario) {
    this.scenario = scenario
    this.warm = scenario.warm ?? 0
    this.startsAt = scenario.startsAt ?? (this.warm > 0 ? -40 : 0)
    const staged = this.make((line) => this.write(line))
    this.world = staged.world
    this.fleet = staged.fleet
    this.world.attach(this.fleet)
  }

  protected abstract make(write: (line: string) => void): Staged<World>

  protected profile(): Profile {
    const isIn = (ranges: typeof this.failing, runner: number) =>
      ranges.some(({ from, to }) => runner >= from && runner <= to)
    return {
      schedulingMs: () => 2000,
      schedulingFails: (runner) => isIn(this.unplaceable, runner),
      cached: () => true,
      dockerPullMs: () => 0,
      setupMs: (runner) => (this.setUps.get(runner) ?? 8) * 1000,
      setupFails: (runner) => isIn(this.failing, runner),
      teardownMs: () => 1000,
      crashAfterMs: () => Infinity,
      hangs: () => false,
      serviceMs: () => 0
    }
  }

  private write(line: string): void {
    const t = this.toSeconds(this.world.nowMs)
    if (t >= 0) this.log.push(`${t} ${line}`)
  }

  private toSeconds(ms: number): number {
    return Math.round(ms + this.startsAt * 1000) / 1000
  }

  /** When it is over, in milliseconds of its world. */
  protected get endMs(): number {
    return (this.scenario.until - this.startsAt) * 1000
  }

  protected get app(): App {
    const { revision, scaling } = this.scenario
    return {
      team: "t",
      env: "main",
      name: "app",
      scaling: { ...defaultScaling, maxConcurrency: 10, keepAliveSeconds: 300, ...scaling, ...this.warmScaling() },
      revision: { ...defaultRevision, machineTypes: ["GPU-H100"], gracePeriodSeconds: 30, ...revision }
    }
  }

  protected prepare(): void {
    const { capacity } = this.scenario
    const stage = this.stage()
    if (this.warm > 0) this.warmUp(stage)
    this.scenario.play(stage)
    if (capacity !== undefined) this.fleet.setCapacity(0, "t", "GPU-H100", capacity)
    this.fleet.addApp(0, this.app)
    this.commands.sort((a, b) => a.atMs - b.atMs || Number(a.isArrival) - Number(b.isArrival))
  }

  protected played(): Played {
    const context = { prices: { currency: "USD", rates: {} }, runnerName: (n: number) => `r${n}` }
    const reports = this.fleet.state.rollouts.map((r) => RolloutReports.make(this.fleet.state, r, context))
    return { log: this.log, notes: this.notes, reports }
  }

  private warmScaling(): Partial<Scaling> {
    const max = this.scenario.scaling?.maxConcurrency ?? 10
    return this.warm === 0 ? {} : { minConcurrency: this.warm, maxConcurrency: Math.max(max, this.warm) }
  }

  /** Ready at -30; each has a request at -26; then the scenario's own minimum holds. */
  private warmUp(stage: Stage): void {
    for (let n = 0; n < this.warm; n++) stage.submit(-26, 1)
    stage.scale(-24, { minConcurrency: this.scenario.scaling?.minConcurrency ?? 0 })
  }

  private at(seconds: number, run: () => void, isArrival = false): void {
    this.commands.push({ atMs: Math.round((seconds - this.startsAt) * 1000), isArrival, run })
  }

  private stage(): Stage {
    const { fleet, world } = this
    return {
      submit: (at, service, how) =>
        this.at(at, () => this.submit({ ...plainSubmission(0), ...how }, service * 1000), true),
      cancel: (at, number, how) =>
        this.at(at, () => {
          const { slot, number: of } = this.request(number)!
          fleet.cancel(world.nowMs, slot, of, how === "gone" ? 2 : 1)
        }),
      answer: (at, number, status, control) =>
        this.at(at, () => {
          const { epoch, slot } = this.request(number)!
          fleet.answer(world.nowMs, slot, epoch, status, { ...noControl, ...control })
        }),
      broken: (at, number, by) =>
        this.at(at, () => {
          const { epoch, slot } = this.request(number)!
          fleet.broken(world.nowMs, slot, epoch, by)
        }),
      session: (at, number, what) =>
        this.at(at, () => {
          const { epoch, slot } = this.request(number)!
          fleet.session(world.nowMs, slot, epoch, what)
        }),
      rollout: (at, how) =>
        this.at(at, () => {
          fleet.rollout(world.nowMs, 0, { force: how?.force ?? false, order: how?.order ?? null })
        }),
      scale: (at, patch) => this.at(at, () => void fleet.scale(world.nowMs, 0, patch)),
      kill: (at, number) =>
        this.at(at, () => {
          const runner = this.runner(number)
          fleet.killRunner(world.nowMs, runner.slot, runner.epoch)
        }),
      stop: (at, number, how) =>
        this.at(at, () => {
          const { epoch, slot } = this.runner(number)
          fleet.stopRunner(world.nowMs, slot, epoch, how === "replace")
        }),
      crash: (at, number) =>
        this.at(at, () => {
          const { epoch, slot } = this.runner(number)
          fleet.exited(world.nowMs, slot, epoch)
        }),
      check: (at, number, origin, ok) =>
        this.at(at, () => {
          const { epoch, slot } = this.runner(number)
          fleet.checked(world.nowMs, slot, epoch, origin, ok)
        }),
      deploy: (at, how) => this.at(at, () => this.deploy(how)),
      setRevision: (at, number, strategy) =>
        this.at(at, () => fleet.setRevision(world.nowMs, 0, this.revisions[number - 1]!, strategy)),
      remove: (at) => this.at(at, () => fleet.deleteApp(world.nowMs, 0)),
      flush: (at) => this.at(at, () => void fleet.flush(world.nowMs, 0, null)),
      holdQueues: (at) => this.at(at, () => fleet.holdQueues(world.nowMs)),
      capacity: (at, gpus) => this.at(at, () => fleet.setCapacity(world.nowMs, "t", "GPU-H100", gpus)),
      setSecret: (at) => this.at(at, () => fleet.secretChanged(world.nowMs, 0)),
      slowSetUp: (runner, takes) => void this.setUps.set(runner, takes),
      failSetUps: (from, to) => void this.failing.push({ from, to }),
      failPlacing: (from, to) => void this.unplaceable.push({ from, to }),
      note: (at, name, value) => this.at(at, () => void (this.notes[name] = value())),
      view: this.view()
    }
  }

  protected submit(submission: Submission, serviceMs: number): void {
    this.world.expect(serviceMs)
    const request = this.fleet.submit(this.world.nowMs, 0, submission)
    if (request !== null) this.world.accepted(request, Infinity)
  }

  /** The revisions so far, by number from 1. */
  protected get revisions(): ReadonlyArray<RevisionState> {
    return [{ number: 1, settings: this.app.revision }, ...this.deployed]
  }

  /** A revision is about to be deployed. */
  protected deploying(revision: RevisionState): void {
    this.deployed.push(revision)
  }

  private deploy({ detached = false, revision: changed, scaling, strategy }: Deploy): void {
    const revision = { ...this.app.revision, ...changed }
    this.deploying({ number: this.revisions.length + 1, settings: revision })
    const reset = scaling === undefined ? null : { ...defaultScaling, ...scaling }
    this.fleet.deploy(this.world.nowMs, 0, { revision, scaling: reset, strategy, detached })
  }

  private request(number: number): Request | undefined {
    return this.fleet.state.requests.all.find((each) => each.number === number + this.warm)
  }

  private runner(number: number): Runner {
    return this.fleet.state.runners.all.find((each) => each.number === number)!
  }

  private runners(): ReadonlyArray<Runner> {
    return this.fleet.state.runners.all.filter((runner) => runner.state !== RunnerState.TERMINATED)
  }

  private view(): View {
    const isAlive = (runner: Runner) => isStarting(runner.state) || isServing(runner.state) || isEnding(runner.state)
    return {
      stateOf: (number) => runnerStateNames[this.runner(number).state],
      alive: () => this.runners().filter(isAlive).length,
      countdown: (number) => countdownSeconds(this.runner(number), this.world.nowMs),
      machineTypeOf: (number) => Capacity.machineTypeOf(this.runner(number)),
      isMarked: (number) => this.runner(number).marked,
      isReplaced: (number) => this.runner(number).replaced,
      scaling: () => this.fleet.state.apps[0]!.scaling,
      environmentOf: (number) => this.runner(number).environment,
      attemptsOf: (number) => this.request(number)?.attempts ?? 0,
      billableSeconds: () => runnerTimeOf(this.fleet.state, this.fleet.state.apps[0]!).billableMs / 1000,
      counts: () => ({
        counted: this.fleet.state.apps[0]!.counted,
        marked: this.fleet.state.apps[0]!.marked,
        pendingPlaced: this.runners().filter((r) => isStarting(r.state) && r.granted).length
      })
    }
  }
}

class VirtualStage extends WorldStage<LoggingWorld> {
  protected override make(write: (line: string) => void): Staged<LoggingWorld> {
    const world = new LoggingWorld(this.profile(), this.warm, write)
    return { world, fleet: new Fleet(world, { exitsReported: false }) }
  }

  play(): Played {
    this.prepare()
    this.loop()
    return this.played()
  }

  private loop(): void {
    const { endMs } = this
    for (;;) {
      const eventMs = this.world.queue.nextMs
      const commandMs = this.commands[0]?.atMs ?? Infinity
      if (Math.min(eventMs, commandMs) > endMs) return
      if (eventMs <= commandMs) this.world.step()
      else {
        this.world.nowMs = commandMs
        this.commands.shift()!.run()
      }
    }
  }
}

/** Plays a scenario in virtual time, with the conventions of platform rule 3.6: placed in 2 s, set up in 8 s, torn down in 1 s. */
export const play = (scenario: Scenario): Played => new VirtualStage(scenario).play()
