import { type App, defaultRevision, defaultScaling, type Scaling } from "@ebb/core/domain/App"
import { errorTypeNames } from "@ebb/core/fleet/ErrorType"
import { Fleet } from "@ebb/core/fleet/Fleet"
import type { RolloutChange } from "@ebb/core/fleet/FleetPort"
import { plainSubmission, type Submission } from "@ebb/core/fleet/Intake"
import { countdownSeconds } from "@ebb/core/fleet/KeepAlive"
import { runnerTimeOf } from "@ebb/core/fleet/Ledger"
import * as RolloutReports from "@ebb/core/fleet/RolloutReports"
import type { Request } from "@ebb/core/tables/Request"
import type { RolloutRecord } from "@ebb/core/tables/RolloutRecord"
import type { Runner } from "@ebb/core/tables/Runner"
import { isEnding, isServing, isStarting, RunnerState, runnerStateNames } from "@ebb/core/tables/RunnerState"
import type { Profile } from "@ebb/sim/Profile"
import { VirtualWorld } from "@ebb/sim/VirtualWorld"
import type { Played, Scenario, Stage, View } from "./Scenario.ts"

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
    super(profile, { settled: () => {}, runnerChanged: () => {} })
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
  private readonly setUps = new Map<number, number>()
  private readonly startsAt: number
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
    const isFailing = (runner: number) => this.failing.some(({ from, to }) => runner >= from && runner <= to)
    return {
      schedulingMs: () => 2000,
      schedulingFails: () => false,
      cached: () => true,
      dockerPullMs: () => 0,
      setupMs: (runner) => (this.setUps.get(runner) ?? 8) * 1000,
      setupFails: isFailing,
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
      cancel: (at, number) => this.at(at, () => this.cancel(number)),
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
      setSecret: (at) => this.at(at, () => fleet.secretChanged(world.nowMs, 0)),
      slowSetUp: (runner, takes) => void this.setUps.set(runner, takes),
      failSetUps: (from, to) => void this.failing.push({ from, to }),
      note: (at, name, value) => this.at(at, () => void (this.notes[name] = value())),
      view: this.view()
    }
  }

  protected submit(submission: Submission, serviceMs: number): void {
    this.world.expect(serviceMs)
    const request = this.fleet.submit(this.world.nowMs, 0, submission)
    if (request !== null) this.world.accepted(request, Infinity)
  }

  private cancel(number: number): void {
    const request = this.request(number)!
    this.fleet.cancel(this.world.nowMs, request.slot, request.number, 1)
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
