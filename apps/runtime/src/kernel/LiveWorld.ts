import { errorTypeNames } from "@ebb/core/fleet/ErrorType"
import type { Fleet } from "@ebb/core/fleet/Fleet"
import { CheckKind, type RolloutChange, TimerKind } from "@ebb/core/fleet/FleetPort"
import type { History, Submission } from "@ebb/core/fleet/Intake"
import * as Realtime from "@ebb/core/fleet/Realtime"
import type { AppState, RevisionState } from "@ebb/core/tables/AppState"
import { Outcome, type Request, RequestKind, RequestStage } from "@ebb/core/tables/Request"
import type { RolloutRecord } from "@ebb/core/tables/RolloutRecord"
import type { Runner } from "@ebb/core/tables/Runner"
import { isServing, RunnerState, runnerStateNames } from "@ebb/core/tables/RunnerState"
import { VirtualWorld, type Watcher } from "@ebb/sim/world/VirtualWorld"
import type { Clock } from "./Clock.ts"
import * as Echo from "../runners/simulated/Echo.ts"
import type { LiveApp } from "./LiveApp.ts"
import * as LiveProfile from "../runners/simulated/LiveProfile.ts"
import type { LiveRequest, Settled } from "./LiveRequest.ts"
import { LiveRunner } from "./LiveRunner.ts"
import { Pacer } from "./Pacer.ts"
import { attemptOf, type RunnerFault, Runners } from "./Runners.ts"

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

/** What was handed in and has no outcome yet, by the Fleet's slot. */
class Requests {
  private readonly bySlot: Array<LiveRequest | undefined> = []
  private readonly byId = new Map<string, LiveRequest>()
  /** Being handed in right now: the Fleet may send it before it has answered. */
  incoming: LiveRequest | null = null

  of(request: Request): LiveRequest | null {
    const found = this.bySlot[request.slot]
    if (found !== undefined && found.number === request.number) return found
    return this.incoming === null ? null : this.name(this.incoming, request)
  }

  name(live: LiveRequest, request: Request): LiveRequest {
    if (live.number !== 0) return live
    live.number = request.number
    live.slot = request.slot
    this.bySlot[request.slot] = live
    this.byId.set(live.id, live)
    return live
  }

  remove(live: LiveRequest): void {
    if (this.bySlot[live.slot] !== live) return
    this.bySlot[live.slot] = undefined
    this.byId.delete(live.id)
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

/**
 * The live world: simulated runners are those of the virtual world, paced by the wall clock; processes are real. Both
 * serve the same Fleet, and every decision is the Fleet's.
 */
export class LiveWorld extends VirtualWorld {
  readonly clock: Clock
  readonly pacer: Pacer
  readonly runners = new Runners()
  readonly requests = new Requests()
  readonly apps: Array<LiveApp> = []
  /** Set while a rehearsal measures what happens here. */
  measured: Measured | null = null
  private readonly live: LiveWatcher
  /** The runner that gets a request right now. */
  private sendingOn: LiveRunner | null = null

  constructor(clock: Clock, watcher: LiveWatcher) {
    const profile = LiveProfile.make(
      (number) => this.runnerNumbered(number),
      (request, attempt) => this.sendingOn?.revision.profile.hangs(request, attempt) ?? false,
      () => this.nowMs
    )
    super(profile)
    this.clock = clock
    this.live = watcher
    const { queue } = this
    const own = {
      get nextMs() {
        return queue.nextMs
      },
      step: () => this.step()
    }
    this.pacer = new Pacer(clock, [own])
  }

  private runnerNumbered(number: number): LiveRunner {
    const runner = this.runners.numbered(number)
    if (runner === null) throw new Error(`no runner has the number ${number}`)
    return runner
  }

  /** An input of the Fleet from outside, now. */
  input<A>(run: (fleet: Fleet, nowMs: number) => A): A {
    return this.pacer.input((nowMs) => {
      this.nowMs = nowMs
      return run(this.theFleet, nowMs)
    })
  }

  /** Something that the outside world tells of; once the sandbox is closed nobody listens. */
  tell(run: (fleet: Fleet, nowMs: number) => void): void {
    if (!this.pacer.isStopped) this.input(run)
  }

  /**
   * Hands a request in; false when the queue is longer than its caller allows. `serviceMs`: Fleet milliseconds; one
   * that takes none may be settled already.
   */
  submit(request: LiveRequest, submission: Submission, serviceMs: number): boolean {
    return this.pacer.inputWithDue((nowMs) => {
      const fleet = this.theFleet
      this.nowMs = nowMs
      this.requests.incoming = request
      this.expect(serviceMs)
      const accepted = fleet.submit(nowMs, request.app.slot, submission)
      this.requests.incoming = null
      if (accepted === null) return false
      if (request.number === 0) this.requests.name(request, accepted)
      this.accepted(accepted, Infinity)
      this.measured?.submitted(nowMs)
      return true
    })
  }

  /** Hands a request in again that was accepted before the sandbox was restarted. */
  resume(request: LiveRequest, submission: Submission, serviceMs: number, history: History): void {
    this.input((fleet, nowMs) => {
      this.requests.incoming = request
      this.expect(serviceMs)
      const accepted = fleet.resume(nowMs, request.app.slot, submission, history)
      this.requests.incoming = null
      if (accepted === null || accepted.stage === RequestStage.free) return
      if (request.number === 0) this.requests.name(request, accepted)
      this.accepted(accepted, Infinity)
    })
  }

  override start(runner: Runner): void {
    const live = this.liveOf(runner)
    live.begin(live.app.numbered(runner.revision.number), runner.environment)
    this.live.runnerStarts(live)
    if (live.revision.processes === null) super.start(runner)
    else live.revision.processes.start(live)
  }

  override send(request: Request, runner: Runner): void {
    const live = this.requests.of(request)
    const on = this.liveOf(runner)
    if (live === null) throw new Error(`request ${request.number} was never handed in`)
    live.runner = on
    live.startedAtMs = Date.now()
    live.answer = null
    this.live.sent(live, request.attempts)
    live.caller.sent(on, request.attempts)
    this.sendingOn = on
    if (on.revision.processes !== null) on.revision.processes.send(on, live, attemptOf(request))
    else if (request.kind === RequestKind.realtime) live.session?.simulate(on, attemptOf(request))
    else super.send(request, runner)
  }

  override cancel(request: Request, runner: Runner): void {
    const live = this.requests.of(request)
    const on = this.liveOf(runner)
    if (live !== null) on.revision.processes?.cancel(on, live)
  }

  override terminate(runner: Runner): void {
    const live = this.liveOf(runner)
    live.logs.add("INFO", `${live.revision.processes?.stopSignal ?? "SIGTERM"}: finishing what is in flight`)
    live.revision.processes?.terminate(live)
  }

  override kill(runner: Runner): void {
    const live = this.liveOf(runner)
    live.logs.add("INFO", `SIGKILL${whyKilled(runner)}`)
    if (live.revision.processes !== null) live.revision.processes.kill(live)
    else this.crash(runner)
  }

  override wake(kind: TimerKind, slot: number, epoch: number, atMs: number): void {
    super.wake(kind, slot, epoch, atMs)
    if (kind !== TimerKind.retry) return
    const request = this.theFleet.state.requests.all[slot]!
    const live = this.requests.of(request)
    if (live === null) return
    this.live.retried(live, request.retriesUsed)
    live.caller.retried?.()
  }

  override check(runner: Runner, kind: CheckKind): void {
    const live = this.liveOf(runner)
    if (live.revision.processes === null) super.check(runner, kind)
    else live.revision.processes.check(live, kind === CheckKind.tcp ? "tcp" : "health")
  }

  override close(session: Request, code: number): void {
    this.requests.of(session)?.session?.close(code)
  }

  override settle(request: Request): void {
    const live = this.requests.of(request)
    if (live === null) return
    const isAnswered = request.errorType === 0 || request.errorType === errorTypeNames.indexOf("runner_server_error")
    if (request.outcome === Outcome.completed && live.answer === null) live.answer = Echo.answer(live)
    const settled: Settled = {
      outcome: outcomeNames[request.outcome],
      status: request.status,
      errorType: request.errorType === 0 ? null : errorTypeNames[request.errorType]!,
      attempts: request.attempts,
      answer: isAnswered ? live.answer : null
    }
    this.measured?.settled(request)
    this.requests.remove(live)
    live.abort?.()
    this.live.settled(live, settled)
    live.caller.settled(settled, live.runner)
  }

  override runnerChanged(runner: Runner): void {
    const live = this.runners.of(runner) ?? this.created(runner)
    if (isServing(runner.state)) live.serves()
    else live.logs.add("INFO", `runner is ${runnerStateNames[runner.state]}`)
    if (runner.state === RunnerState.TERMINATED) {
      live.endedAtMs = Date.now()
      live.ended = { machineType: machineTypeOf(runner), replaced: runner.replaced }
    }
    if (live.revision.processes === null) super.runnerChanged(runner)
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
    return this.runnerNumbered(runner.number)
  }

  override rolloutChanged(rollout: RolloutRecord, how: RolloutChange): void {
    this.live.rolloutChanged(rollout, how)
  }

  override deployChanged(app: AppState, revision: RevisionState, how: "switched" | "aborted"): void {
    this.live.deployChanged(this.apps[app.slot]!, revision, how)
  }

  /** Until when a simulated runner says nothing, Fleet milliseconds; Infinity: for good. */
  heldUntilMs({ epoch, slot }: LiveRunner): number {
    const runner = this.theFleet.state.runners.find(slot, epoch)
    return runner === null ? Infinity : this.heldUntil(runner)
  }

  /** Closes the realtime sessions that work on nothing: their callers may stay for ever. */
  closeIdleSessions(): void {
    for (const live of this.requests.all()) {
      const request = this.theFleet.state.requests.all[live.slot]
      if (live.session === null || request?.number !== live.number || !Realtime.isIdle(request)) continue
      live.session.close(Realtime.closedForRestart)
      this.tell((fleet, nowMs) => fleet.session(nowMs, request.slot, request.epoch, "closed"))
    }
  }

  /** Makes something happen to a runner that is alive. */
  fault(live: LiveRunner, fault: RunnerFault): void {
    if (live.revision.processes !== null) return live.revision.processes.fault(live, fault)
    this.input((fleet, nowMs) => {
      const runner = fleet.state.runners.find(live.slot, live.epoch)
      if (runner === null) return
      if (fault.do === "crash") return this.crash(runner)
      this.hold(runner, fault.forMs === null ? Infinity : nowMs + fault.forMs, fault.do === "hang")
    })
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
