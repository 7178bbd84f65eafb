import type { Fleet } from "@ebb/core/fleet/Fleet"
import { type Check, type FleetPort, type RolloutChange, TimerKind } from "@ebb/core/fleet/FleetPort"
import type { FleetState } from "@ebb/core/fleet/FleetState"
import { plainSubmission, type Submission } from "@ebb/core/fleet/Intake"
import { fleetCopySteps, onPort } from "@ebb/core/snapshot/FleetCopy"
import type { AppState, Request, RolloutRecord, Runner } from "@ebb/core/tables/Records"
import { Outcome, RequestKind, RequestStage } from "@ebb/core/tables/RequestState"
import type { RevisionState } from "@ebb/core/tables/RevisionState"
import { RunnerState } from "@ebb/core/tables/RunnerState"
import * as Random from "../workload/Random.ts"
import { streams } from "../workload/RandomStreams.ts"
import type { Profile } from "../world/Profile.ts"
import { type Timer, Timeline } from "../world/Timeline.ts"
import * as Outlook from "./Outlook.ts"

/** A live Fleet at an instant, and what its world knows. */
export interface Moment {
  /** A copy, which is copied again for each fork. */
  readonly fleet: FleetState
  /** The timers that the Fleet has asked for and that are still to come, in order. */
  readonly timers: ReadonlyArray<Timer>
  readonly nowMs: number
  /** By the slot of the app; null: nothing is known, and nothing happens there. */
  readonly outlooks: ReadonlyArray<Outlook.Outlook | null>
  /** Of runners that are held: until when, by their number. Infinity: they hang. */
  readonly heldUntilMs: ReadonlyMap<number, number>
  /** Of requests with failed attempts: how long the longest lasted, by their number. They take longer than that. */
  readonly longestFailedMs: ReadonlyMap<number, number>
  /** The app that more requests come for. */
  readonly app: number
}

/** The stage that a runner is in by its state. */
const stageOf: Partial<Record<RunnerState, keyof Outlook.Stages>> = {
  [RunnerState.PENDING]: "scheduling",
  [RunnerState.DOCKER_PULL]: "dockerPull",
  [RunnerState.SETUP]: "setup",
  [RunnerState.TERMINATING]: "teardown"
}

/** So many runners go on between two pauses. */
const runnersAtOnce = 500

/** What has a service time of its own carries it; what the live world put on a request is not in a copy. */
const serviceMs = (request: Request): number => request.cargo as number

/**
 * A virtual world that goes on where a live one stands: its Fleet as it is, simulated runners in place of whatever
 * runs there, and for everything that nobody knows one draw.
 */
export class ForkedWorld implements FleetPort {
  readonly fleet: Fleet
  /** Requests of the app that ended in an error. */
  errored = 0
  private readonly moment: Moment
  private readonly random: Random.Random
  private readonly timeline: Timeline
  private readonly submission: { -readonly [Key in keyof Submission]: Submission[Key] }
  /** By the runner's number. */
  private readonly appOf = new Map<number, number>()
  /** More of a large step has its turn later. */
  private hasPortion = false
  private arrivals = 0
  private arrivalMs = Infinity
  private arrivalKind: RequestKind = RequestKind.direct

  private constructor(moment: Moment, seed: number, fleet: Fleet) {
    this.moment = moment
    this.random = Random.make(seed)
    this.fleet = onPort(fleet, this)
    this.submission = plainSubmission(RequestKind.direct)
    this.timeline = new Timeline(this.fleet, this.profile(), serviceMs)
  }

  /** One that goes on from that moment, made with a pause wherever others may have their turn. */
  static *from(moment: Moment, seed: number): Generator<undefined, ForkedWorld> {
    const world = new ForkedWorld(moment, seed, yield* fleetCopySteps(moment.fleet, moment.fleet.port))
    // A live world may be late with one.
    for (const { atMs, epoch, kind, slot } of moment.timers)
      world.timeline.wake(kind, slot, epoch, Math.max(atMs, moment.nowMs))
    for (const app of world.fleet.state.apps) yield* world.goOn(app)
    world.firstArrival()
    return world
  }

  private uniform(stream: number, entity: number): number {
    return this.random.uniform(stream, entity, 0)
  }

  private outlookOf(runner: number): Outlook.Outlook | null {
    return this.outlookAt(this.appOf.get(runner) ?? -1)
  }

  private outlookAt(app: number): Outlook.Outlook | null {
    return this.moment.outlooks[app] ?? null
  }

  private profile(): Profile {
    const stage = (name: keyof Outlook.Stages, stream: number) => (runner: number) =>
      Outlook.drawn(this.outlookOf(runner)?.stages[name], this.uniform(stream, runner))
    const strikes = (name: keyof Outlook.Chances, stream: number) => (runner: number) =>
      this.uniform(stream, runner) < (this.outlookOf(runner)?.chances[name] ?? 0)
    const teardownMs = stage("teardown", streams.teardown)
    const outlastsGrace = strikes("slowTeardown", streams.slowTeardown)
    return {
      schedulingMs: stage("scheduling", streams.scheduling),
      schedulingFails: strikes("schedulingFails", streams.schedulingFailure),
      cached: strikes("cached", streams.cached),
      dockerPullMs: stage("dockerPull", streams.dockerPull),
      setupMs: stage("setup", streams.setup),
      setupFails: strikes("setupFails", streams.setupFailure),
      teardownMs: (runner) => (outlastsGrace(runner) ? Infinity : teardownMs(runner)),
      crashAfterMs: () => Infinity,
      hangs: (request, attempt, runner) =>
        this.random.uniform(streams.hang, request, attempt) < (this.outlookOf(runner)?.chances.hangs ?? 0),
      pace: (runner) => this.outlookOf(runner)?.pace ?? null,
      serviceMs: () => 0
    }
  }

  /** What is under way on an app goes on: each thing takes what is left of it, drawn from how long such things take. */
  private *goOn(app: AppState): Generator<undefined, void> {
    const outlook = this.outlookAt(app.slot)
    let count = 0
    for (let runner = app.firstRunner; runner !== null; runner = runner.next) {
      this.appOf.set(runner.number, app.slot)
      if (outlook !== null) this.goOnWith(runner, outlook)
      if (++count % runnersAtOnce === 0) yield
    }
    for (const request of this.fleet.state.requests.all) {
      if (request.app !== app || request.stage === RequestStage.free || request.stage === RequestStage.inFlight)
        continue
      request.cargo = this.serviceAgain(outlook, request)
    }
    if (count > runnersAtOnce) yield
  }

  private serviceFor(outlook: Outlook.Outlook | null, kind: RequestKind, entity: number, index: number): number {
    return Outlook.drawn(outlook?.services[kind], this.random.uniform(streams.serviceOf, entity, index))
  }

  /** Of one that waits. */
  private serviceAgain(outlook: Outlook.Outlook | null, request: Request): number {
    const leastMs = outlook === null ? 0 : this.leastMs(outlook, request)
    if (leastMs === 0) return this.serviceFor(outlook, request.kind, request.number, 0)
    const uniform = this.uniform(streams.serviceOf, request.number)
    return leastMs + Outlook.leftOf(outlook!.services[request.kind], leastMs, uniform)
  }

  /**
   * A request takes longer than its failed attempts lasted, which were slowed down by those beside them, by how much nobody
   * wrote down. One that lasted longer than any request takes had another trouble: it says nothing.
   */
  private leastMs({ pace, services }: Outlook.Outlook, { app, kind, number }: Request): number {
    const slowest = 1 + (pace?.interference ?? 0) * (app.settings.maxMultiplexing - 1)
    const failedMs = (this.moment.longestFailedMs.get(number) ?? 0) / slowest
    return failedMs < (services[kind].at(-1) ?? 0) ? failedMs : 0
  }

  private goOnWith(runner: Runner, outlook: Outlook.Outlook): void {
    const { nowMs } = this.moment
    const { runners } = this.timeline
    const held = this.moment.heldUntilMs.get(runner.number)
    if (held !== undefined) runners.hold(runner, held, true)
    const stage = stageOf[runner.state]
    if (stage !== undefined && (stage !== "scheduling" || runner.granted)) {
      const uniform = this.uniform(streams.left, runner.number)
      runners.goOn(nowMs, runner, Outlook.leftOf(outlook.stages[stage], nowMs - runner.stateSinceMs, uniform))
    }
    const jobs = []
    for (let request = runner.requests.first; request !== null; request = request.nextPeer) {
      if (request.kind === RequestKind.realtime) continue
      const pace = 1 + (outlook.pace?.interference ?? 0) * (runner.inFlight - 1)
      const ageMs = (nowMs - request.startedAtMs) / pace
      const uniform = this.uniform(streams.left, request.number + this.fleet.state.runnersMade)
      const leastMs = Math.max(ageMs, this.leastMs(outlook, request))
      const leftMs = leastMs - ageMs + Outlook.leftOf(outlook.services[request.kind], leastMs, uniform)
      request.cargo = ageMs + leftMs
      jobs.push({ request, leftMs })
    }
    runners.goOnServing(nowMs, runner, jobs)
  }

  /** The gap that is under way is longer than what has passed of it. */
  private firstArrival(): void {
    const outlook = this.outlookAt(this.moment.app)
    if (outlook === null || outlook.gaps.length === 0) return
    this.nextArrival(this.moment.nowMs)
    const gaps = Float64Array.from(outlook.gaps, ({ ms }) => ms).sort()
    const uniform = this.uniform(streams.arrival, this.arrivals++)
    this.arrivalMs = this.moment.nowMs + Outlook.leftOf(gaps, outlook.sinceLastMs, uniform)
  }

  private nextArrival(afterMs: number): void {
    const gaps = this.outlookAt(this.moment.app)?.gaps ?? []
    if (gaps.length === 0) return
    const { kind, ms } = gaps[Math.floor(this.uniform(streams.arrival, this.arrivals++) * gaps.length)]!
    this.arrivalMs = afterMs + ms
    this.arrivalKind = kind
  }

  private arrive(nowMs: number): void {
    const { submission } = this
    submission.kind = this.arrivalKind
    const service = this.serviceFor(this.outlookAt(this.moment.app), this.arrivalKind, this.arrivals, 1)
    this.fleet.submit(nowMs, this.moment.app, submission, service)
    this.nextArrival(nowMs)
  }

  /** Goes on until then, or for so many events, or until one that took as long as many or after which it is over; whether it is there. */
  advance(untilMs: number, eventsMost: number, isOver = (): boolean => false): boolean {
    this.hasPortion = false
    for (let left = eventsMost; left > 0 && !this.hasPortion && !isOver(); left--) {
      const nowMs = Math.min(this.timeline.nextMs, this.arrivalMs)
      if (nowMs >= untilMs) return true
      if (this.timeline.nextMs <= this.arrivalMs) this.timeline.step()
      else this.arrive(nowMs)
    }
    return false
  }

  start(runner: Runner): void {
    this.timeline.runners.start(runner)
  }

  send(request: Request, runner: Runner): void {
    if (request.kind !== RequestKind.realtime) this.timeline.runners.send(request, runner)
  }

  cancel(request: Request, runner: Runner): void {
    this.timeline.runners.cancel(request, runner)
  }

  terminate(runner: Runner): void {
    this.timeline.runners.terminate(runner)
  }

  kill(runner: Runner): void {
    this.timeline.runners.kill(runner)
  }

  check(runner: Runner, check: Check, limitMs: number): void {
    this.timeline.runners.check(runner, check, limitMs)
  }

  close(): void {}

  wake(kind: TimerKind, slot: number, epoch: number, atMs: number): void {
    this.timeline.wake(kind, slot, epoch, atMs)
    if (kind === TimerKind.portion) this.hasPortion = true
  }

  settle({ app, outcome }: Request): void {
    if (app.slot === this.moment.app && outcome === Outcome.errored) this.errored++
  }

  runnerChanged(runner: Runner): void {
    this.appOf.set(runner.number, runner.app.slot)
    this.timeline.runners.runnerChanged(runner)
  }

  rolloutChanged(_rollout: RolloutRecord, _how: RolloutChange): void {}

  deployChanged(_app: AppState, _revision: RevisionState, _how: "switched" | "aborted"): void {}
}
