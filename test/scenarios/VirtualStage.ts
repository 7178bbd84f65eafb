import { type App, defaultRevision, defaultScaling, type Scaling } from "@ebb/core/domain/App"
import { Fleet } from "@ebb/core/fleet/Fleet"
import { noControl } from "@ebb/core/fleet/Answers"
import * as Capacity from "@ebb/core/fleet/Capacity"
import type { FleetPort } from "@ebb/core/fleet/FleetPort"
import type { FleetOptions } from "@ebb/core/fleet/FleetState"
import { plainSubmission, type Submission } from "@ebb/core/fleet/Intake"
import { countdownSeconds } from "@ebb/core/fleet/KeepAlive"
import { runnerTimeOf } from "@ebb/core/fleet/Ledger"
import * as RolloutReports from "@ebb/core/fleet/RolloutReports"
import type { Request, Runner } from "@ebb/core/tables/Records"
import type { RevisionState } from "@ebb/core/tables/RevisionState"
import { isEnding, isServing, isStarting, RunnerState, runnerStateNames } from "@ebb/core/tables/RunnerState"
import type { Profile } from "@ebb/sim/world/Profile"
import { VirtualWorld } from "@ebb/sim/world/VirtualWorld"
import { LoggingPort } from "./LoggingPort.ts"
import type { Deploy, Played, Scenario, Stage, View } from "./Scenario.ts"

interface Command {
  readonly atMs: number
  readonly isArrival: boolean
  readonly run: (nowMs: number) => void
}

/** Plays one scenario; a stage in another world makes that world, hands requests in and lets time pass in its own way. */
export abstract class WorldStage {
  protected readonly scenario: Scenario
  private readonly log: Array<string> = []
  private readonly notes: Record<string, unknown> = {}
  protected readonly commands: Array<Command> = []
  protected abstract readonly fleet: Fleet
  /** When the last command came. */
  private nowMs = 0
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
  }

  /** A Fleet whose world is told through a log. */
  protected fleetFor(port: FleetPort, options: FleetOptions): Fleet {
    return new Fleet(new LoggingPort(port, this.warm, (line) => this.write(line)), {
      ...options,
      ...this.scenario.policies
    })
  }

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
      hangs: null,
      pace: () => this.scenario.pace ?? null,
      serviceMs: () => 0
    }
  }

  private write(line: string): void {
    const t = this.toSeconds(this.fleet.state.nowMs)
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

  private at(seconds: number, command: Command["run"], isArrival = false): void {
    const run = (nowMs: number) => {
      this.nowMs = nowMs
      command(nowMs)
    }
    this.commands.push({ atMs: Math.round((seconds - this.startsAt) * 1000), isArrival, run })
  }

  private stage(): Stage {
    const { fleet } = this
    return {
      submit: (at, service, how) =>
        this.at(at, (nowMs) => this.submit(nowMs, { ...plainSubmission(0), ...how }, service * 1000), true),
      cancel: (at, number, how) =>
        this.at(at, (nowMs) => {
          const { slot, number: of } = this.request(number)!
          fleet.cancel(nowMs, slot, of, how === "gone" ? "disconnected" : "cancelled")
        }),
      answer: (at, number, status, control) =>
        this.at(at, (nowMs) => {
          const { epoch, slot } = this.request(number)!
          fleet.answer(nowMs, slot, epoch, status, { ...noControl, ...control })
        }),
      broken: (at, number, by) =>
        this.at(at, (nowMs) => {
          const { epoch, slot } = this.request(number)!
          fleet.broken(nowMs, slot, epoch, by)
        }),
      session: (at, number, what) =>
        this.at(at, (nowMs) => {
          const { epoch, slot } = this.request(number)!
          fleet.session(nowMs, slot, epoch, what)
        }),
      rollout: (at, how) =>
        this.at(at, (nowMs) => {
          fleet.rollout(nowMs, 0, { force: how?.force ?? false, order: how?.order ?? null })
        }),
      scale: (at, patch) => this.at(at, (nowMs) => void fleet.scale(nowMs, 0, patch)),
      kill: (at, number) =>
        this.at(at, (nowMs) => {
          const runner = this.runner(number)
          fleet.killRunner(nowMs, runner.slot, runner.epoch)
        }),
      stop: (at, number, how) =>
        this.at(at, (nowMs) => {
          const { epoch, slot } = this.runner(number)
          fleet.stopRunner(nowMs, slot, epoch, how === "replace")
        }),
      crash: (at, number) =>
        this.at(at, (nowMs) => {
          const { epoch, slot } = this.runner(number)
          fleet.exited(nowMs, slot, epoch)
        }),
      check: (at, number, origin, ok) =>
        this.at(at, (nowMs) => {
          const { epoch, slot } = this.runner(number)
          fleet.checked(nowMs, slot, epoch, origin, ok)
        }),
      deploy: (at, how) => this.at(at, (nowMs) => this.deploy(nowMs, how)),
      setRevision: (at, number, strategy) =>
        this.at(at, (nowMs) => fleet.setRevision(nowMs, 0, this.revisions[number - 1]!, strategy)),
      remove: (at) => this.at(at, (nowMs) => fleet.deleteApp(nowMs, 0)),
      flush: (at) => this.at(at, (nowMs) => void fleet.flush(nowMs, 0, null)),
      holdQueues: (at) => this.at(at, (nowMs) => fleet.holdQueues(nowMs)),
      capacity: (at, gpus) => this.at(at, (nowMs) => fleet.setCapacity(nowMs, "t", "GPU-H100", gpus)),
      setSecret: (at) => this.at(at, (nowMs) => fleet.secretChanged(nowMs, 0)),
      slowSetUp: (runner, takes) => void this.setUps.set(runner, takes),
      failSetUps: (from, to) => void this.failing.push({ from, to }),
      failPlacing: (from, to) => void this.unplaceable.push({ from, to }),
      note: (at, name, value) => this.at(at, () => void (this.notes[name] = value())),
      view: this.view()
    }
  }

  protected abstract submit(nowMs: number, submission: Submission, serviceMs: number): void

  /** The revisions so far, by number from 1. */
  protected get revisions(): ReadonlyArray<RevisionState> {
    return [{ number: 1, settings: this.app.revision }, ...this.deployed]
  }

  /** A revision is about to be deployed. */
  protected deploying(revision: RevisionState): void {
    this.deployed.push(revision)
  }

  private deploy(nowMs: number, { detached = false, revision: changed, scaling, strategy }: Deploy): void {
    const revision = { ...this.app.revision, ...changed }
    this.deploying({ number: this.revisions.length + 1, settings: revision })
    const reset = scaling === undefined ? null : { ...defaultScaling, ...scaling }
    this.fleet.deploy(nowMs, 0, { revision, scaling: reset, strategy, detached })
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
      countdown: (number) => countdownSeconds(this.runner(number), this.nowMs),
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

class VirtualStage extends WorldStage {
  private readonly world = new VirtualWorld(this.profile(), (port) => this.fleetFor(port, { exitsReported: false }))
  protected override readonly fleet = this.world.fleet

  protected override submit(nowMs: number, submission: Submission, serviceMs: number): void {
    this.world.submit(nowMs, 0, submission, serviceMs)
  }

  play(): Played {
    this.prepare()
    this.loop()
    return this.played()
  }

  private loop(): void {
    const { endMs } = this
    const { timeline } = this.world
    for (;;) {
      const eventMs = timeline.nextMs
      const commandMs = this.commands[0]?.atMs ?? Infinity
      if (Math.min(eventMs, commandMs) > endMs) return
      if (eventMs <= commandMs) timeline.step()
      else this.commands.shift()!.run(commandMs)
    }
  }
}

/** Plays a scenario in virtual time, with the conventions of platform rule 3.6: placed in 2 s, set up in 8 s, torn down in 1 s. */
export const play = (scenario: Scenario): Played => new VirtualStage(scenario).play()
