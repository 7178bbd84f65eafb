import { unitsOf } from "@ebb/core/fleet/Capacity"
import type { Fleet } from "@ebb/core/fleet/Fleet"
import { errorTypeNames } from "@ebb/core/fleet/ErrorType"
import { type Check, type FleetPort, type RolloutChange, type TimerKind, timerOwners } from "@ebb/core/fleet/FleetPort"
import { EndCause } from "@ebb/core/tables/EndCause"
import type { AppState, Request, RolloutRecord, Runner } from "@ebb/core/tables/Records"
import { CancelAsked, Outcome, RequestKind, RequestStage } from "@ebb/core/tables/RequestState"
import type { RevisionState } from "@ebb/core/tables/RevisionState"
import { isActive, isStarting, RunnerState, runnerStateNames } from "@ebb/core/tables/RunnerState"
import { type InDanger, Steps } from "./Steps.ts"
import { hold, type Seen } from "./Violation.ts"

interface Timer {
  readonly kind: TimerKind
  /** Number of the runner or request that it is about; null for an app's. */
  readonly subject: string | null
}

/** How long a request in flight would still take, as only its world knows. */
export type Remaining = (fleet: Fleet, request: Request) => number

/** Stands between a Fleet and its world, keeps its own books, and holds the Fleet to the nine invariants. */
export class Invariants implements FleetPort {
  private readonly inner: FleetPort
  private readonly remaining: Remaining
  /** The Fleet under test; its timers are watched. */
  readonly fleet: Fleet
  private readonly open = new Set<number>()
  private accepted = 0
  private readonly environments = new Map<number, number>()
  private readonly safe = new Map<number, number>()
  private readonly ended = new Set<number>()
  private readonly members = new Set<number>()
  private readonly everMarked = new Set<number>()
  private readonly timers = new Map<string, Timer>()
  private outputs = 0
  private readonly steps: Steps
  /** What each runner holds that was given its machine. */
  private readonly machines = new Map<
    number,
    { readonly slot: number; readonly epoch: number; readonly units: number }
  >()
  /** Outcomes since the last input. */
  private readonly justSettled = new Map<number, Outcome>()
  /** What has happened here, and how often. */
  readonly seen: Seen

  constructor(inner: FleetPort, remaining: Remaining, seen: Seen, makeFleet: (port: FleetPort) => Fleet) {
    this.inner = inner
    this.remaining = remaining
    this.seen = seen
    this.fleet = makeFleet(this)
    this.steps = new Steps(this.fleet, seen)
    const timer = this.fleet.timer.bind(this.fleet)
    this.fleet.timer = (...args) => this.fire(args[1], args[2], args[3], () => timer(...args))
  }

  private note(what: string): void {
    this.seen.set(what, (this.seen.get(what) ?? 0) + 1)
  }

  private get app(): AppState {
    return this.fleet.state.apps[0]!
  }

  /** A request is about to be handed in: its number if it is accepted. */
  submitting(): void {
    this.accepted++
    this.open.add(this.fleet.state.requestsMade + 1)
  }

  /** It was refused. */
  refused(): void {
    this.accepted--
    this.open.delete(this.fleet.state.requestsMade + 1)
  }

  /** To be called after every input. */
  verify(): void {
    const { app } = this
    const { maxConcurrency } = app.scaling
    const { totals } = app
    hold(1, totals.accepted === this.accepted, () => `accepted ${totals.accepted}, handed in ${this.accepted}`)
    const ended = totals.completed + totals.errored + totals.cancelled
    hold(1, totals.accepted === ended + this.open.size, () => `${totals.accepted} != ${ended} + ${this.open.size}`)
    hold(1, this.fleet.state.requests.size === this.open.size, () => "a request is kept or lost")
    const counted = app.counted - this.steps.stillCounted
    hold(5, counted <= maxConcurrency, () => `counted ${counted} > ${maxConcurrency}`)
    hold(5, app.marked <= maxConcurrency, () => `marked ${app.marked} > ${maxConcurrency}`)
    this.checkCounts()
    this.checkMachines()
    this.checkLanes()
    this.justSettled.clear()
    this.steps.verify()
    this.note("input")
  }

  /** To be called when nothing more will happen: nothing that has to end is still under way. */
  verifyAtRest(): void {
    const { app } = this
    const alive = app.counted + app.marked + app.ending
    hold(1, !app.deleted || this.open.size === 0, () => `${this.open.size} requests of a deleted app never end`)
    hold(6, !app.deleted || alive === 0, () => `${alive} runners of a deleted app never end`)
    for (const rollout of this.fleet.state.rollouts) {
      const isBound = rollout.order !== "replace_first" || app.deleted
      hold(6, !isBound || rollout.finishedAtMs !== null, () => `rollout ${rollout.number} never ends`)
    }
  }

  private checkMachines(): void {
    let units = 0
    for (const [number, { epoch, slot, units: of }] of this.machines) {
      if (this.fleet.state.runners.find(slot, epoch) === null) this.machines.delete(number)
      else units += of
    }
    const used = this.app.pool.used.get("GPU-H100") ?? 0
    hold(5, used === units, () => `${used} GPUs are counted as used, the runners hold ${units}`)
  }

  private checkCounts(): void {
    const { app } = this
    const count = { starting: 0, delayed: 0, serving: 0, marked: 0, ending: 0, inFlight: 0 }
    for (let runner = app.firstRunner; runner !== null; runner = runner.next) {
      this.checkRunner(runner)
      const { state } = runner
      if (isStarting(state)) count.starting += runner.verification ? 0 : 1
      else if (state === RunnerState.FAILURE_DELAY) count.delayed++
      else if (state === RunnerState.DRAINING || state === RunnerState.TERMINATING) count.ending++
      else count[runner.marked ? "marked" : "serving"]++
      if (state === RunnerState.IDLE || state === RunnerState.RUNNING) count.inFlight += runner.inFlight
    }
    for (const [name, value] of Object.entries(count)) {
      const kept = app[name as keyof typeof count]
      hold(5, kept === value, () => `${name} is ${kept}, the runners say ${value}`)
    }
  }

  private checkRunner(runner: Runner): void {
    const { app } = this
    let inFlight = 0
    for (let request = runner.requests.first; request !== null; request = request.nextPeer) inFlight++
    hold(2, inFlight === runner.inFlight, () => `runner ${runner.number} counts ${runner.inFlight}, has ${inFlight}`)
    const begun = this.environments.get(runner.number) ?? 0
    hold(7, runner.environment === begun, () => `runner ${runner.number} was started with another environment`)
    if (runner.marked) this.everMarked.add(runner.number)
    const byRollout = runner.endCause === EndCause.rollout || runner.endCause === EndCause.escalation
    const isTouched = byRollout && !this.members.has(runner.number) && !this.everMarked.has(runner.number)
    hold(6, !isTouched, () => `runner ${runner.number} was touched by a rollout that it is not in`)
    hold(2, runner.state !== RunnerState.IDLE || inFlight === 0, () => `runner ${runner.number} is IDLE with work`)
    hold(2, app.free.used.first?.inFlight !== app.maxMultiplexing, () => "a full runner is on offer")
  }

  private checkLanes(): void {
    let waiting = 0
    for (const lane of this.app.lanes) {
      for (let request = lane.first; request !== null; request = request.next) {
        waiting++
        const { next } = request
        hold(8, next === null || request.number < next.number, () => `request ${request.number} is out of order`)
      }
    }
    hold(8, waiting === this.app.waiting, () => `${waiting} stand in line, ${this.app.waiting} are counted`)
  }

  /** From now on nothing on this runner ends: no grace period would suffice. */
  hung(runner: Runner): void {
    for (let request = runner.requests.first; request !== null; request = request.nextPeer) {
      this.safe.delete(request.number)
    }
  }

  /** What was in flight, with what a forced rollout now has to hit (platform rules 8.3, 8.6). */
  inDanger(): ReadonlyArray<InDanger> {
    const rolling = this.app.rollouts.filter(
      (rollout) => !rollout.force && rollout.finishedAtMs === null && !this.steps.finishes(rollout)
    )
    const inFlight = this.fleet.state
      .requestsOf(this.app)
      .filter((request) => request.stage === RequestStage.inFlight && !this.steps.ends(request))
    return inFlight.map((request) => {
      const { memberships, state } = request.runner!
      const isMember = memberships?.some((member) => rolling.includes(member.rollout)) === true
      const { epoch, number } = request
      return {
        request,
        number,
        epoch,
        isHit: rolling.length > 0 ? isMember : isActive(state) && !this.steps.stops(request.runner!)
      }
    })
  }

  /** After a forced rollout, with what was in danger before it. */
  checkForced(before: ReadonlyArray<InDanger>): void {
    this.note(before.length > 0 ? "force with requests in flight" : "force without")
    if (this.steps.postpone(before)) return
    for (const { isHit, number, request } of before) {
      const isOpen = request.number === number && this.open.has(number)
      const isStill = isOpen && request.stage === RequestStage.inFlight
      hold(4, isStill !== isHit, () => `request ${number} ${isHit ? "survived" : "was hit by"} a forced rollout`)
      if (isHit) this.checkLost(request, number, isOpen)
    }
  }

  private checkLost(request: Request, number: number, isOpen: boolean): void {
    if (isOpen) {
      const mayRetry = request.kind === RequestKind.queued && request.cancelAsked === CancelAsked.no
      const isBack = mayRetry && request.stage === RequestStage.backoff
      return hold(4, isBack, () => `request ${number} was neither requeued nor settled by a forced rollout`)
    }
    const outcome = this.justSettled.get(number)
    const isLost = outcome === Outcome.errored || outcome === Outcome.cancelled
    hold(4, isLost, () => `request ${number} has outcome ${outcome} though a forced rollout killed its runner`)
  }

  start(runner: Runner): void {
    this.outputs++
    const { epoch, number, slot } = runner
    this.machines.set(number, { slot, epoch, units: unitsOf(runner) })
    const { limits, used } = this.app.pool
    const limit = limits.get("GPU-H100") ?? Infinity
    hold(5, used.get("GPU-H100")! <= limit, () => `runner ${number} was started without a free machine`)
    this.inner.start(runner)
  }

  send(request: Request, runner: Runner): void {
    this.outputs++
    const isServing = runner.state === RunnerState.RUNNING && runner.signalledAtMs === null
    hold(2, isServing, () => `request ${request.number} sent to runner ${runner.number}, which does not serve`)
    this.steps.sent(request, runner)
    hold(2, runner.inFlight <= this.app.maxMultiplexing, () => `runner ${runner.number} has more than its slots`)
    this.checkTurn(request)
    if (request.attempts > 1) this.note("sent again")
    if (runner.marked) this.note("sent to a marked runner")
    this.inner.send(request, runner)
  }

  private checkTurn(request: Request): void {
    const { lanes } = this.app
    for (let lane = 0; lane <= request.lane; lane++) {
      const first = lanes[lane]!.first
      const isFirst = first === null || (lane === request.lane && first.number > request.number)
      hold(8, isFirst, () => `request ${request.number} was sent before ${first!.number}`)
    }
  }

  cancel(request: Request, runner: Runner): void {
    this.outputs++
    this.note("cancel in flight")
    this.inner.cancel(request, runner)
  }

  terminate(runner: Runner): void {
    this.outputs++
    this.steps.told(runner)
    this.inner.terminate(runner)
    const graceMs = runner.revision.settings.gracePeriodSeconds * 1000
    for (let request = runner.requests.first; request !== null; request = request.nextPeer) {
      if (this.remaining(this.fleet, request) <= graceMs) this.safe.set(request.number, runner.number)
    }
  }

  kill(runner: Runner): void {
    this.outputs++
    this.steps.told(runner)
    if (runner.graceExceeded) {
      this.note("grace exceeded")
      for (let request = runner.requests.first; request !== null; request = request.nextPeer) {
        const isSafe = this.safe.get(request.number) === runner.number
        hold(3, !isSafe, () => `request ${request!.number} would have finished within the grace period`)
      }
    } else this.checkKillIsMeant(runner)
    this.inner.kill(runner)
  }

  private checkKillIsMeant(runner: Runner): void {
    const isGraceful = runner.memberships?.some(({ rollout }) => !rollout.force) === true
    const isMeant = runner.killed || runner.inFlight === 0 || runner.endCause === EndCause.startupFailed
    hold(3, !isGraceful || isMeant, () => `runner ${runner.number} was killed by a graceful rollout`)
  }

  check(runner: Runner, check: Check, limitMs: number): void {
    this.outputs++
    this.note("check")
    this.inner.check(runner, check, limitMs)
  }

  settle(request: Request): void {
    this.outputs++
    hold(1, this.open.delete(request.number), () => `request ${request.number} has a second outcome`)
    hold(1, request.outcome >= Outcome.completed, () => `request ${request.number} has no outcome`)
    this.justSettled.set(request.number, request.outcome)
    this.note(`settled: ${errorTypeNames[request.errorType]}`)
    this.inner.settle(request)
  }

  close(session: Request, code: number): void {
    this.outputs++
    this.note(`closed ${code}`)
    this.inner.close(session, code)
  }

  wake(kind: TimerKind, slot: number, epoch: number, atMs: number): void {
    this.outputs++
    this.timers.set(`${kind} ${slot} ${epoch}`, { kind, subject: this.subjectOf(kind, slot) })
    this.inner.wake(kind, slot, epoch, atMs)
  }

  private subjectOf(kind: TimerKind, slot: number): string | null {
    const owner = timerOwners[kind]
    if (owner === "app") return null
    const { requests, runners } = this.fleet.state
    if (owner === "request") return `request ${requests.all[slot]!.number}`
    return `runner ${runners.all[slot]!.number}`
  }

  /** Around every timer: one whose runner or request is over must change nothing. */
  private fire(kind: TimerKind, slot: number, epoch: number, run: () => void): void {
    const timer = this.timers.get(`${kind} ${slot} ${epoch}`)
    const subject = timer?.subject ?? null
    const isDead = subject !== null && this.isOver(subject)
    const before = this.outputs
    run()
    if (isDead) this.note("dead timer")
    hold(9, !isDead || this.outputs === before, () => `the timer of ${subject}, which is over, had an effect`)
  }

  private isOver(subject: string): boolean {
    const [what, number] = subject.split(" ")
    return what === "request" ? !this.open.has(Number(number)) : this.ended.has(Number(number))
  }

  runnerChanged(runner: Runner): void {
    this.outputs++
    const { number, state } = runner
    this.note(`runner ${runnerStateNames[state]}`)
    if (state === RunnerState.PENDING) this.environments.set(number, runner.app.environment)
    if (state === RunnerState.TERMINATED) {
      hold(6, !this.ended.has(number), () => `runner ${number} ended twice`)
      this.ended.add(number)
    }
    this.inner.runnerChanged(runner)
  }

  rolloutChanged(rollout: RolloutRecord, how: RolloutChange): void {
    this.outputs++
    this.note(`rollout ${how}`)
    if (how === "begun") this.note(`rollout ${rollout.force ? "force" : rollout.order}`)
    if (how === "begun") for (const member of rollout.members) this.members.add(member.runner)
    if (how === "finished") {
      const left = rollout.members.filter(({ runner }) => !this.ended.has(runner))
      hold(6, left.length === 0, () => `rollout ${rollout.number} is finished, runner ${left[0]!.runner} lives`)
    }
    this.inner.rolloutChanged(rollout, how)
  }

  deployChanged(app: AppState, revision: RevisionState, how: "switched" | "aborted"): void {
    this.outputs++
    this.note(`deploy ${how}`)
    this.inner.deployChanged(app, revision, how)
  }
}
