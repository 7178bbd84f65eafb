import { errorTypeNames } from "@ebb/core/fleet/ErrorType"
import type { Fleet } from "@ebb/core/fleet/Fleet"
import { type Check, type FleetPort, type RolloutChange, TimerKind } from "@ebb/core/fleet/FleetPort"
import type { History, Submission } from "@ebb/core/fleet/Intake"
import * as Realtime from "@ebb/core/fleet/Realtime"
import type { AppState, RevisionState } from "@ebb/core/tables/AppState"
import { Outcome, type Request, RequestStage } from "@ebb/core/tables/Request"
import type { RolloutRecord } from "@ebb/core/tables/RolloutRecord"
import type { Runner } from "@ebb/core/tables/Runner"
import { isServing, RunnerState, runnerStateNames } from "@ebb/core/tables/RunnerState"
import type { Profile } from "@ebb/sim/world/Profile"
import type { SimulatedRunners } from "@ebb/sim/world/SimulatedRunners"
import { Timeline } from "@ebb/sim/world/Timeline"
import type { Watcher } from "@ebb/sim/world/VirtualWorld"
import type { Clock } from "./Clock.ts"
import type { LiveApp } from "./LiveApp.ts"
import type { LiveRequest, Settled } from "./LiveRequest.ts"
import { LiveRunner } from "./LiveRunner.ts"
import { Pacer } from "./Pacer.ts"
import { type LiveDriver, type RunnerFault, Runners } from "./Runners.ts"

/** Who is told what happens in the live world; none of these may call back into the Fleet. */
export interface LiveWatcher {
  readonly runnerCreated: (runner: LiveRunner) => void
  readonly runnerStarts: (runner: LiveRunner) => void
  readonly runnerChanged: (runner: LiveRunner, state: Runner) => void
  readonly sent: (request: LiveRequest, attempt: number) => void
  /** A queued request is in back-off; how many retries it has used up, by condition. */
  readonly retried: (request: LiveRequest, retriesUsed: ReadonlyArray<number>) => void
  readonly settled: (request: LiveRequest, settled: Settled) => void
  readonly rolloutChanged: (rollout: RolloutRecord, how: RolloutChange) => void
  readonly deployChanged: (app: LiveApp, revision: RevisionState, how: "switched" | "aborted") => void
}

/** Measures a run as it goes: told of the Fleet's own records, each valid during the call. */
export interface Measured extends Watcher {
  readonly submitted: (nowMs: number) => void
}

/** What was handed in and has no outcome yet. It is the cargo of the Fleet's requests. */
class Requests {
  private readonly byId = new Map<string, LiveRequest>()

  /** That of the Fleet's request, which has no outcome yet. */
  of(request: Request): LiveRequest {
    const live = request.cargo as LiveRequest
    if (live.number === 0) {
      live.number = request.number
      live.slot = request.slot
      this.byId.set(live.id, live)
    }
    return live
  }

  remove(live: LiveRequest): void {
    if (this.byId.get(live.id) === live) this.byId.delete(live.id)
  }

  withId(id: string): LiveRequest | null {
    return this.byId.get(id) ?? null
  }

  get size(): number {
    return this.byId.size
  }

  all(): ReadonlyArray<LiveRequest> {
    return [...this.byId.values()]
  }
}

const outcomeNames = {
  [Outcome.completed]: "completed",
  [Outcome.errored]: "errored",
  [Outcome.cancelled]: "cancelled"
} as const

/** What simulated runners are in a live world. */
export interface Simulated {
  readonly profile: (world: LiveWorld) => Profile
  readonly driver: (world: LiveWorld, runners: SimulatedRunners) => LiveDriver
}

export interface LiveWorldParts {
  readonly clock: Clock
  readonly watcher: LiveWatcher
  readonly makeFleet: (port: FleetPort) => Fleet
  readonly simulated: Simulated
}

/**
 * The live world: a Fleet, the wall clock, and for each runner the driver of its revision: processes, or simulated runners,
 * which are those of the virtual world. Every decision is the Fleet's.
 */
export class LiveWorld implements FleetPort {
  readonly clock: Clock
  readonly fleet: Fleet
  readonly pacer: Pacer
  readonly runners = new Runners()
  readonly requests = new Requests()
  readonly apps: Array<LiveApp> = []
  /** Set while a rehearsal measures what happens here. */
  measured: Measured | null = null
  readonly timeline: Timeline
  private readonly simulated: LiveDriver
  private readonly live: LiveWatcher

  constructor({ clock, makeFleet, simulated, watcher }: LiveWorldParts) {
    this.clock = clock
    this.live = watcher
    this.fleet = makeFleet(this)
    this.timeline = new Timeline(this.fleet, simulated.profile(this), (request) => this.requests.of(request).serviceMs)
    this.simulated = simulated.driver(this, this.timeline.runners)
    this.pacer = new Pacer(clock, [this.timeline])
  }

  /** Wall time of the Fleet's present input: what came to pass by itself did so then, however late the machine was. */
  private get wallMs(): number {
    return this.clock.wallMs(this.fleet.state.nowMs)
  }

  /** When in Fleet time the present event or input is. */
  get nowMs(): number {
    return Math.max(this.timeline.nowMs, this.fleet.state.nowMs)
  }

  /** An input of the Fleet from outside, now. */
  input<A>(run: (fleet: Fleet, nowMs: number) => A): A {
    return this.pacer.input((nowMs) => run(this.fleet, nowMs))
  }

  /** Something that the outside world tells of; once the sandbox is closed nobody listens. */
  tell(run: (fleet: Fleet, nowMs: number) => void): void {
    if (!this.pacer.isStopped) this.input(run)
  }

  /** Hands a request in; false when it is refused. One that takes no time may be settled already. */
  submit(request: LiveRequest, submission: Submission): boolean {
    return this.pacer.inputWithDue((nowMs) => {
      const accepted = this.fleet.submit(nowMs, request.app.slot, submission, request)
      if (accepted === null) return false
      if (accepted.stage !== RequestStage.free) this.requests.of(accepted)
      this.measured?.submitted(nowMs)
      return true
    })
  }

  /** Hands a request in again that was accepted before the sandbox was restarted. */
  resume(request: LiveRequest, submission: Submission, history: History): void {
    this.input((fleet, nowMs) => {
      const accepted = fleet.resume(nowMs, request.app.slot, submission, history, request)
      if (accepted !== null && accepted.stage !== RequestStage.free) this.requests.of(accepted)
    })
  }

  private driverOf(live: LiveRunner): LiveDriver {
    return live.revision.processes ?? this.simulated
  }

  start(runner: Runner): void {
    const live = this.liveOf(runner)
    live.begin(live.app.numbered(runner.revision.number), runner.environment, this.wallMs)
    this.live.runnerStarts(live)
    this.driverOf(live).start(runner)
  }

  send(request: Request, runner: Runner): void {
    const live = this.requests.of(request)
    const on = this.liveOf(runner)
    live.runner = on
    live.startedAtMs = Math.max(live.submittedAtMs, this.wallMs)
    live.answer = null
    this.live.sent(live, request.attempts)
    live.caller.sent(on, request.attempts)
    this.driverOf(on).send(request, runner)
  }

  cancel(request: Request, runner: Runner): void {
    this.driverOf(this.liveOf(runner)).cancel(request, runner)
  }

  terminate(runner: Runner): void {
    const live = this.liveOf(runner)
    live.logs.add("INFO", `${live.revision.processes?.stopSignal ?? "SIGTERM"}: finishing what is in flight`)
    this.driverOf(live).terminate(runner)
  }

  kill(runner: Runner): void {
    const live = this.liveOf(runner)
    live.logs.add("INFO", `SIGKILL${whyKilled(runner)}`)
    this.driverOf(live).kill(runner)
  }

  check(runner: Runner, check: Check, limitMs: number): void {
    this.driverOf(this.liveOf(runner)).check(runner, check, limitMs)
  }

  close(session: Request, code: number): void {
    this.driverOf(this.liveOf(session.runner!)).close(session, code)
  }

  wake(kind: TimerKind, slot: number, epoch: number, atMs: number): void {
    this.timeline.wake(kind, slot, epoch, atMs)
    if (kind !== TimerKind.retry) return
    const request = this.fleet.state.requests.all[slot]!
    const live = this.requests.of(request)
    this.live.retried(live, request.retriesUsed)
    live.caller.retried?.()
  }

  settle(request: Request): void {
    const live = this.requests.of(request)
    const isAnswered = request.errorType === 0 || request.errorType === errorTypeNames.indexOf("runner_server_error")
    if (request.outcome === Outcome.completed && live.runner !== null) {
      live.answer ??= this.driverOf(live.runner).answerOf(live)
    }
    const settled: Settled = {
      outcome: outcomeNames[request.outcome],
      status: request.status,
      errorType: request.errorType === 0 ? null : errorTypeNames[request.errorType]!,
      attempts: request.attempts,
      answer: isAnswered ? live.answer : null
    }
    this.measured?.settled(request)
    live.settledAtMs = Math.max(live.startedAtMs ?? 0, this.wallMs)
    this.requests.remove(live)
    live.abort?.()
    this.live.settled(live, settled)
    live.caller.settled(settled, live.runner)
  }

  runnerChanged(runner: Runner): void {
    const live = this.runners.of(runner) ?? this.created(runner)
    if (isServing(runner.state)) live.serves(this.wallMs)
    else {
      live.entered(runner.state, this.wallMs)
      live.logs.add("INFO", `runner is ${runnerStateNames[runner.state]}`)
    }
    if (runner.state === RunnerState.TERMINATED) {
      live.endedAtMs = this.wallMs
      live.ended = { machineType: machineTypeOf(runner), replaced: runner.replaced }
    }
    this.driverOf(live).runnerChanged(runner)
    this.live.runnerChanged(live, runner)
    this.measured?.runnerChanged(runner)
  }

  private created(runner: Runner): LiveRunner {
    const app = this.apps[runner.app.slot]!
    const { epoch, number, slot } = runner
    const revision = app.numbered(runner.revision.number)
    const id = crypto.randomUUID()
    const live = new LiveRunner({ id, number, slot, epoch, app, revision, createdAtMs: Date.now() })
    if (revision.problem !== null) live.logs.add("ERROR", revision.problem)
    this.runners.add(live)
    this.live.runnerCreated(live)
    return live
  }

  private liveOf(runner: Runner): LiveRunner {
    const live = this.runners.of(runner)
    if (live === null) throw new Error(`no runner has the number ${runner.number}`)
    return live
  }

  /** As the Fleet has it; null when it has ended. */
  inFleet({ epoch, slot }: LiveRunner): Runner | null {
    return this.fleet.state.runners.find(slot, epoch)
  }

  rolloutChanged(rollout: RolloutRecord, how: RolloutChange): void {
    this.live.rolloutChanged(rollout, how)
  }

  deployChanged(app: AppState, revision: RevisionState, how: "switched" | "aborted"): void {
    this.live.deployChanged(this.apps[app.slot]!, revision, how)
  }

  /** Closes the realtime sessions that work on nothing: their callers may stay for ever. */
  closeIdleSessions(): void {
    for (const live of this.requests.all()) {
      const request = this.fleet.state.requests.all[live.slot]
      if (live.session === null || request?.number !== live.number || !Realtime.isIdle(request)) continue
      live.session.close(Realtime.closedForRestart)
      this.tell((fleet, nowMs) => fleet.session(nowMs, request.slot, request.epoch, "closed"))
    }
  }

  /** Makes something happen to a runner that is alive. */
  fault(live: LiveRunner, fault: RunnerFault): void {
    this.driverOf(live).fault(live, fault)
  }
}

/** Why the Fleet kills a runner, where that is not the operator's word. */
const whyKilled = (runner: Runner): string => {
  if (runner.graceExceeded) return ": the grace period is over"
  const isLate = runner.state === RunnerState.SETUP && !runner.killed
  return isLate ? ": the start failed, or took longer than startup_timeout" : ""
}

export const machineTypeOf = (runner: Runner): string =>
  runner.machineTypes[runner.granted ? runner.machineType : 0] ?? runner.machineTypes[0]!
