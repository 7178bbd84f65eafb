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
import { Timeline } from "@ebb/sim/world/Timeline"
import type { Clock } from "./Clock.ts"
import type { LiveApp } from "./LiveApp.ts"
import type { LiveRequest, Settled } from "./LiveRequest.ts"
import { LiveRunner } from "./LiveRunner.ts"
import { type LogLimits, Logs } from "./Logs.ts"
import { machineTypeOf } from "./MachineType.ts"
import { OpenRequests } from "./OpenRequests.ts"
import { Pacer } from "./Pacer.ts"
import { type LiveDriver, type RunnerFault, Runners } from "./Runners.ts"
import type { LiveWatcher, Measurable, Measured, Operations, Simulated, Submissions, World } from "./World.ts"

const outcomeNames = {
  [Outcome.completed]: "completed",
  [Outcome.errored]: "errored",
  [Outcome.cancelled]: "cancelled"
} as const

/** What the log of a runner says of each state: one text for all runners. */
const stateLines = runnerStateNames.map((name) => `runner is ${name}`)

interface LiveWorldParts {
  readonly clock: Clock
  readonly watcher: LiveWatcher
  readonly makeFleet: (port: FleetPort) => Fleet
  readonly simulated: Simulated
  readonly logLimits: LogLimits
}

/**
 * The live world: a Fleet, the wall clock, and for each runner the driver of its revision: processes, or simulated runners,
 * which are those of the virtual world. Every decision is the Fleet's.
 */
export class LiveWorld implements FleetPort, World, Submissions, Operations, Measurable {
  readonly clock: Clock
  readonly fleet: Fleet
  readonly pacer: Pacer
  readonly runners = new Runners()
  readonly requests = new OpenRequests()
  readonly apps: Array<LiveApp> = []
  measured: Measured | null = null
  readonly timeline: Timeline
  private readonly simulated: LiveDriver
  private readonly live: LiveWatcher
  private readonly logLimits: LogLimits

  constructor({ clock, logLimits, makeFleet, simulated, watcher }: LiveWorldParts) {
    this.logLimits = logLimits
    this.clock = clock
    this.live = watcher
    this.fleet = makeFleet(this)
    this.timeline = new Timeline(
      this.fleet,
      this.profileOf(simulated),
      (request) => this.requests.of(request).serviceMs
    )
    this.simulated = simulated.driver(this, this.timeline.runners)
    this.pacer = new Pacer(clock, [this.timeline])
  }

  /** Wall time of the Fleet's present input: what came to pass by itself did so then, however late the machine was. */
  private get wallMs(): number {
    return this.clock.wallMs(this.fleet.state.nowMs)
  }

  private profileOf({ profile }: Simulated): Profile {
    // When in Fleet time the present event or input is.
    return profile(this, () => Math.max(this.timeline.nowMs, this.fleet.state.nowMs))
  }

  input<A>(run: (fleet: Fleet, nowMs: number) => A): A {
    return this.pacer.input((nowMs) => run(this.fleet, nowMs))
  }

  tell(run: (fleet: Fleet, nowMs: number) => void): void {
    if (!this.pacer.isStopped) this.input(run)
  }

  submit(request: LiveRequest, submission: Submission): boolean {
    return this.pacer.inputWithDue((nowMs) => {
      const accepted = this.fleet.submit(nowMs, request.app.slot, submission, request)
      if (accepted === null) return false
      if (accepted.stage !== RequestStage.free) this.requests.of(accepted)
      this.measured?.submitted(nowMs)
      return true
    })
  }

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
    if (request.outcome === Outcome.completed && live.answer === null) this.answerFor(live)
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

  /** The answer of a runner that only pretends to have one, and the line that an app would print with it. */
  private answerFor(live: LiveRequest): void {
    const { call, runner } = live
    if (runner === null) return
    live.answer = this.driverOf(runner).answerOf(live)
    if (live.answer === null) return
    runner.logs.add("INFO", `${call.method} ${call.path} ${live.answer.status}`, this.wallMs)
  }

  runnerChanged(runner: Runner): void {
    const live = this.runners.of(runner) ?? this.created(runner)
    if (isServing(runner.state)) live.serves(this.wallMs)
    else {
      live.entered(runner.state, this.wallMs)
      live.logs.add("INFO", stateLines[runner.state]!)
    }
    if (runner.state === RunnerState.TERMINATED) {
      live.endedAtMs = this.wallMs
      live.ended = { machineType: machineTypeOf(runner), replaced: runner.replaced }
    }
    this.driverOf(live).runnerChanged(runner)
    this.live.runnerChanged(live, runner)
    if (live.endedAtMs !== null) live.letGo()
    this.measured?.runnerChanged(runner)
  }

  private created(runner: Runner): LiveRunner {
    const app = this.apps[runner.app.slot]!
    const { epoch, number, slot } = runner
    const revision = app.numbered(runner.revision.number)
    const id = crypto.randomUUID()
    const logs = new Logs(this.logLimits)
    const live = new LiveRunner({ id, number, slot, epoch, app, revision, createdAtMs: Date.now(), logs })
    if (revision.problem !== null) live.logs.add("ERROR", revision.problem)
    this.runners.add(live)
    return live
  }

  private liveOf(runner: Runner): LiveRunner {
    const live = this.runners.of(runner)
    if (live === null) throw new Error(`no runner has the number ${runner.number}`)
    return live
  }

  rolloutChanged(rollout: RolloutRecord, how: RolloutChange): void {
    this.live.rolloutChanged(rollout, how)
  }

  deployChanged(app: AppState, revision: RevisionState, how: "switched" | "aborted"): void {
    this.live.deployChanged(this.apps[app.slot]!, revision, how)
  }

  closeIdleSessions(): void {
    for (const live of this.requests.all()) {
      const request = this.fleet.state.requests.all[live.slot]
      if (live.session === null || request?.number !== live.number || !Realtime.isIdle(request)) continue
      live.session.close(Realtime.closedForRestart)
      this.tell((fleet, nowMs) => fleet.session(nowMs, request.slot, request.epoch, "closed"))
    }
  }

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
