import type { Fleet } from "@ebb/core/fleet/Fleet"
import { CheckKind, type FleetPort, type RolloutChange, type TimerKind } from "@ebb/core/fleet/FleetPort"
import { checkEveryMs } from "@ebb/core/fleet/Health"
import type { AppState, RevisionState } from "@ebb/core/tables/AppState"
import type { Request } from "@ebb/core/tables/Request"
import { RequestStage } from "@ebb/core/tables/Request"
import type { RolloutRecord } from "@ebb/core/tables/RolloutRecord"
import type { Runner } from "@ebb/core/tables/Runner"
import { isServing, RunnerState } from "@ebb/core/tables/RunnerState"
import { EventQueue } from "./EventQueue.ts"
import type { Profile } from "./Profile.ts"

/** What comes to pass in a virtual world by itself; timers of the Fleet follow, from `timer` on. */
const Event = {
  placed: 0,
  pulled: 1,
  setUp: 2,
  answer: 3,
  exited: 4,
  crashed: 5,
  patience: 6,
  check: 7,
  checkFailed: 8,
  onDemandPassed: 9,
  onDemandFailed: 10,
  tcpPassed: 11,
  tcpFailed: 12,
  timer: 16
} as const

const tcpLimitMs = 5000

/** What happens to one runner of this world beyond its profile. Indexed by the runner's slot. */
class RunnerFates {
  /** Nothing on it ends before; Infinity: never. */
  heldUntilMs = 0
  /** It takes no notice of SIGTERM while it is held. */
  deaf = false
  wasReady = false
  number = 0
}

/** Who watches a virtual world. */
export interface Watcher {
  settled(request: Request): void
  runnerChanged(runner: Runner): void
}

/** Executes in virtual time what the Fleet asks for: keyed draws say how long things take (docs/architecture.md). */
export class VirtualWorld implements FleetPort {
  readonly queue = new EventQueue()
  private fleet: Fleet | null = null
  private readonly profile: Profile
  private watcher: Watcher | null = null
  private readonly fates: Array<RunnerFates> = []
  /** Any runner was ever held. */
  private hasHeld = false
  /** When each request in flight would be answered, and how long it takes, by the request's slot. */
  private answersAtMs = new Float64Array(1024)
  private servicesMs = new Float64Array(1024)
  private newServiceMs = 0
  private knownRequests = 0
  nowMs = 0

  constructor(profile: Profile) {
    this.profile = profile
  }

  /** The Fleet that this world serves; the two know each other. */
  attach(fleet: Fleet): void {
    this.fleet = fleet
  }

  /** From now on this one is told. */
  watch(watcher: Watcher): void {
    this.watcher = watcher
  }

  protected get theFleet(): Fleet {
    if (this.fleet === null) throw new Error("a virtual world runs only with a Fleet attached")
    return this.fleet
  }

  /** To be called before a request is handed in: how long it takes on a runner. */
  expect(serviceMs: number): void {
    this.newServiceMs = serviceMs
    this.knownRequests = this.theFleet.state.requestsMade
  }

  /** To be called with the request that was handed in; its caller gives up after `patienceMs` in line. */
  accepted(request: Request, patienceMs: number): void {
    if (request.stage === RequestStage.free) return
    this.keepService(request.slot)
    if (patienceMs !== Infinity) this.queue.push(this.nowMs + patienceMs, Event.patience, request.slot, request.number)
  }

  private keepService(slot: number): void {
    if (slot >= this.servicesMs.length) {
      this.servicesMs = grown(this.servicesMs)
      this.answersAtMs = grown(this.answersAtMs)
    }
    this.servicesMs[slot] = this.newServiceMs
  }

  /** Runs the next event. */
  step(): void {
    const { queue } = this
    this.nowMs = queue.nextMs
    queue.pop()
    const { epoch, kind, slot } = queue
    if (kind === Event.answer) {
      const request = this.theFleet.state.requests.find(slot, epoch)
      if (request === null || (this.hasHeld && this.putOff(request))) return
      this.theFleet.answer(this.nowMs, slot, epoch, 200)
    } else if (kind >= Event.timer) this.onTimer((kind - Event.timer) as TimerKind, slot, epoch)
    else this.runnerEvent(kind, slot, epoch)
  }

  protected onTimer(kind: TimerKind, slot: number, epoch: number): void {
    this.theFleet.timer(this.nowMs, kind, slot, epoch)
  }

  /** Its runner is held: whether it is answered later, or never. */
  private putOff({ epoch, runner, slot }: Request): boolean {
    const { heldUntilMs } = this.fatesOf(runner!)
    if (heldUntilMs <= this.nowMs) return false
    this.answersAtMs[slot] = heldUntilMs
    if (heldUntilMs !== Infinity) this.queue.push(heldUntilMs, Event.answer, slot, epoch)
    return true
  }

  private runnerEvent(kind: number, slot: number, epoch: number): void {
    const fleet = this.theFleet
    if (kind === Event.patience) return this.patienceOver(slot, epoch)
    const runner = fleet.state.runners.find(slot, epoch)
    if (runner === null) return
    switch (kind) {
      case Event.placed:
        return this.placementOver(runner)
      case Event.pulled:
        return fleet.pulled(this.nowMs, slot, epoch)
      case Event.setUp:
        return this.setUpOver(runner)
      case Event.exited:
      case Event.crashed:
        return fleet.exited(this.nowMs, slot, epoch)
      case Event.check:
        return this.regularCheck(runner)
      case Event.checkFailed:
        return fleet.checked(this.nowMs, slot, epoch, "regular", false)
      case Event.onDemandPassed:
      case Event.onDemandFailed:
        return fleet.checked(this.nowMs, slot, epoch, "on_demand", kind === Event.onDemandPassed)
      case Event.tcpPassed:
      case Event.tcpFailed:
        return fleet.checked(this.nowMs, slot, epoch, "tcp", kind === Event.tcpPassed)
    }
  }

  private placementOver(runner: Runner): void {
    const { epoch, number, slot } = runner
    if (this.profile.schedulingFails(number)) this.theFleet.startFailed(this.nowMs, slot, epoch)
    else this.theFleet.placed(this.nowMs, slot, epoch, this.profile.cached(number))
  }

  private setUpOver(runner: Runner): void {
    const { epoch, number, slot } = runner
    if (runner.state !== RunnerState.SETUP) return
    if (this.profile.setupFails(number)) return this.theFleet.startFailed(this.nowMs, slot, epoch)
    this.fatesOf(runner).wasReady = true
    this.theFleet.ready(this.nowMs, slot, epoch)
    const crashAfterMs = this.profile.crashAfterMs(number)
    if (crashAfterMs !== Infinity) this.queue.push(this.nowMs + crashAfterMs, Event.crashed, slot, epoch)
    if (runner.revision.settings.healthCheck?.callRegularly === true) {
      this.queue.push(this.nowMs + checkEveryMs, Event.check, slot, epoch)
    }
  }

  private regularCheck(runner: Runner): void {
    const { epoch, slot } = runner
    const { healthCheck } = runner.revision.settings
    if (!isServing(runner.state) || healthCheck === null) return
    this.queue.push(this.nowMs + checkEveryMs, Event.check, slot, epoch)
    if (!this.isHeld(runner)) return this.theFleet.checked(this.nowMs, slot, epoch, "regular", true)
    this.queue.push(this.nowMs + healthCheck.timeoutSeconds * 1000, Event.checkFailed, slot, epoch)
  }

  private patienceOver(slot: number, number: number): void {
    const request = this.theFleet.state.requests.all[slot]
    if (request === undefined || request.number !== number) return
    if (request.stage !== RequestStage.waiting && request.stage !== RequestStage.backoff) return
    this.theFleet.cancel(this.nowMs, slot, number, request.lane === 0 ? 2 : 1)
  }

  private fatesOf(runner: Runner): RunnerFates {
    let fates = this.fates[runner.slot]
    if (fates === undefined) this.fates[runner.slot] = fates = new RunnerFates()
    if (fates.number !== runner.number) {
      fates.number = runner.number
      fates.heldUntilMs = 0
      fates.deaf = false
      fates.wasReady = false
    }
    return fates
  }

  private isHeld(runner: Runner): boolean {
    return this.heldUntil(runner) > this.nowMs
  }

  /** Nothing on the runner ends before. */
  protected heldUntil(runner: Runner): number {
    return this.fatesOf(runner).heldUntilMs
  }

  /** From now on nothing on the runner ends before `untilMs`; deaf: nor does it take notice of SIGTERM. */
  hold(runner: Runner, untilMs: number, deaf: boolean): void {
    this.hasHeld = true
    const fates = this.fatesOf(runner)
    fates.heldUntilMs = Math.max(fates.heldUntilMs, untilMs)
    fates.deaf ||= deaf
  }

  /** The process of a runner ends now. */
  crash(runner: Runner): void {
    this.queue.push(this.nowMs, Event.crashed, runner.slot, runner.epoch)
  }

  /** How long a request in flight would still take; Infinity on a runner that hangs. */
  remainingMs(request: Request): number {
    const answersAtMs = Math.max(this.answersAtMs[request.slot]!, this.fatesOf(request.runner!).heldUntilMs)
    return answersAtMs - this.nowMs
  }

  start(runner: Runner): void {
    this.queue.push(this.nowMs + this.profile.schedulingMs(runner.number), Event.placed, runner.slot, runner.epoch)
  }

  send(request: Request, runner: Runner): void {
    const { epoch, slot } = request
    if (request.number > this.knownRequests) this.keepService(slot)
    if (this.profile.hangs(request.number, request.attempts)) this.hold(runner, Infinity, true)
    const atMs = this.nowMs + this.servicesMs[slot]!
    this.answersAtMs[slot] = atMs
    this.queue.push(atMs, Event.answer, slot, epoch)
  }

  /** A simulated app finishes what it began. */
  cancel(_request: Request, _runner: Runner): void {}

  terminate(_runner: Runner): void {}

  kill(_runner: Runner): void {}

  check(runner: Runner, kind: CheckKind): void {
    const isHeld = this.isHeld(runner)
    if (kind === CheckKind.tcp) return this.later(runner, isHeld, Event.tcpPassed, tcpLimitMs)
    const timeoutMs = (runner.revision.settings.healthCheck?.timeoutSeconds ?? 5) * 1000
    this.later(runner, isHeld, Event.onDemandPassed, timeoutMs)
  }

  private later(runner: Runner, fails: boolean, passed: number, limitMs: number): void {
    this.queue.push(this.nowMs + (fails ? limitMs : 0), fails ? passed + 1 : passed, runner.slot, runner.epoch)
  }

  settle(request: Request): void {
    this.watcher?.settled(request)
  }

  close(_session: Request, _code: number): void {}

  wake(kind: TimerKind, slot: number, epoch: number, atMs: number): void {
    this.queue.push(atMs, Event.timer + kind, slot, epoch)
  }

  runnerChanged(runner: Runner): void {
    if (!isServing(runner.state)) this.stageBegan(runner)
    this.watcher?.runnerChanged(runner)
  }

  private stageBegan(runner: Runner): void {
    const { number, slot, epoch, state } = runner
    if (state === RunnerState.DOCKER_PULL) {
      this.queue.push(this.nowMs + this.profile.dockerPullMs(number), Event.pulled, slot, epoch)
    } else if (state === RunnerState.SETUP) {
      this.queue.push(this.nowMs + this.profile.setupMs(number), Event.setUp, slot, epoch)
    } else if (state === RunnerState.TERMINATING) this.exitLater(runner)
  }

  /** A runner that never served has nothing to tear down (platform rule 2.2); a deaf one does not exit while it is held. */
  private exitLater(runner: Runner): void {
    const fates = this.fatesOf(runner)
    const teardownMs = fates.wasReady ? this.profile.teardownMs(runner.number) : 0
    const fromMs = fates.deaf ? Math.max(this.nowMs, fates.heldUntilMs) : this.nowMs
    if (fromMs + teardownMs !== Infinity) this.queue.push(fromMs + teardownMs, Event.exited, runner.slot, runner.epoch)
  }

  rolloutChanged(_rollout: RolloutRecord, _how: RolloutChange): void {}

  deployChanged(_app: AppState, _revision: RevisionState, _how: "switched" | "aborted"): void {}
}

const grown = (array: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> => {
  const larger = new Float64Array(array.length * 2)
  larger.set(array)
  return larger
}
