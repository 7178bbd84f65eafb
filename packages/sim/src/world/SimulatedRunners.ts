import type { Fleet } from "@ebb/core/fleet/Fleet"
import type { Check, RunnerDriver } from "@ebb/core/fleet/FleetPort"
import type { Request, Runner } from "@ebb/core/tables/Records"
import { isServing, RunnerState } from "@ebb/core/tables/RunnerState"
import type { EventQueue } from "./EventQueue.ts"
import { SharedWork } from "./SharedWork.ts"
import type { Profile } from "./Profile.ts"

/** What comes to pass on a simulated runner by itself. */
const Event = {
  placed: 0,
  pulled: 1,
  setUp: 2,
  answer: 3,
  exited: 4,
  regularPassed: 5,
  regularFailed: 6,
  onDemandPassed: 7,
  onDemandFailed: 8,
  tcpPassed: 9,
  tcpFailed: 10,
  worked: 11
} as const

/** What ends each stage. */
const endsOf: Partial<Record<RunnerState, number>> = {
  [RunnerState.PENDING]: Event.placed,
  [RunnerState.DOCKER_PULL]: Event.pulled,
  [RunnerState.SETUP]: Event.setUp,
  [RunnerState.TERMINATING]: Event.exited
}

const passed = { regular: Event.regularPassed, on_demand: Event.onDemandPassed, tcp: Event.tcpPassed } as const
const failed = { regular: Event.regularFailed, on_demand: Event.onDemandFailed, tcp: Event.tcpFailed } as const

/** So many kinds of events there are, from 0 on: others in the same queue come after them. */
export const eventKinds = 12

/** What happens to one runner beyond its profile. Indexed by the runner's slot. */
export class RunnerFates {
  /** Nothing on it ends before; Infinity: never. */
  heldUntilMs = 0
  /** It takes no notice of SIGTERM while it is held. */
  deaf = false
  wasReady = false
  /** The requests on it where they slow each other down, or it has to get warm; else null. */
  work: SharedWork | null = null
  number = 0
}

/** What simulated runners are made of. */
export interface SimulatedParts {
  /** Told what comes of what it asked for. */
  readonly fleet: Fleet
  /** Where what will happen stands until its time. */
  readonly queue: EventQueue
  /** How long things take. */
  readonly profile: Profile
  /** How long a request takes on a runner, in Fleet milliseconds. */
  readonly serviceMs: (request: Request) => number
}

/** Runners of which keyed draws say how long things take. Times are Fleet milliseconds. */
export class SimulatedRunners implements RunnerDriver {
  private readonly fleet: Fleet
  private readonly queue: EventQueue
  private readonly profile: Profile
  private readonly serviceMs: SimulatedParts["serviceMs"]
  private readonly fates: Array<RunnerFates> = []
  /** Any runner was ever held. */
  hasHeld = false
  /** On any runner requests ever shared their work. */
  private hasShared = false
  /** When each request in flight would be answered, by the request's slot. */
  private answersAtMs = new Float64Array(1024)

  constructor({ fleet, profile, queue, serviceMs }: SimulatedParts) {
    this.fleet = fleet
    this.queue = queue
    this.profile = profile
    this.serviceMs = serviceMs
  }

  /** An event that stood in the queue comes to pass. */
  happen(nowMs: number, kind: number, slot: number, epoch: number): void {
    if (kind !== Event.answer) return this.happenTo(nowMs, kind, slot, epoch)
    const request = this.fleet.state.requests.find(slot, epoch)
    if (request === null || (this.hasHeld && this.putOff(nowMs, request))) return
    this.fleet.answer(nowMs, slot, epoch, 200)
  }

  /** The runner of a request is held: whether it is answered later, or never. */
  private putOff(nowMs: number, { epoch, runner, slot }: Request): boolean {
    const heldUntilMs = this.heldUntilMs(runner!)
    if (heldUntilMs <= nowMs) return false
    this.answersAtMs[slot] = heldUntilMs
    if (heldUntilMs !== Infinity) this.queue.push(heldUntilMs, Event.answer, slot, epoch)
    return true
  }

  private happenTo(nowMs: number, kind: number, slot: number, epoch: number): void {
    const { fleet } = this
    const runner = fleet.state.runners.find(slot, epoch)
    if (runner === null) return
    switch (kind) {
      case Event.placed:
        return this.placementOver(nowMs, runner)
      case Event.pulled:
        return fleet.pulled(nowMs, slot, epoch)
      case Event.setUp:
        return this.setUpOver(nowMs, runner)
      case Event.exited:
        return fleet.exited(nowMs, slot, epoch)
      case Event.regularPassed:
      case Event.regularFailed:
        return fleet.checked(nowMs, slot, epoch, "regular", kind === Event.regularPassed)
      case Event.onDemandPassed:
      case Event.onDemandFailed:
        return fleet.checked(nowMs, slot, epoch, "on_demand", kind === Event.onDemandPassed)
      case Event.tcpPassed:
      case Event.tcpFailed:
        return fleet.checked(nowMs, slot, epoch, "tcp", kind === Event.tcpPassed)
      case Event.worked:
        return this.worked(nowMs, runner)
    }
  }

  private placementOver(nowMs: number, { epoch, number, slot }: Runner): void {
    if (this.profile.schedulingFails(number)) this.fleet.startFailed(nowMs, slot, epoch)
    else this.fleet.placed(nowMs, slot, epoch, this.profile.cached(number))
  }

  private setUpOver(nowMs: number, runner: Runner): void {
    const { epoch, number, slot } = runner
    if (runner.state !== RunnerState.SETUP) return
    if (this.profile.setupFails(number)) return this.fleet.startFailed(nowMs, slot, epoch)
    const fates = this.fatesOf(runner)
    fates.wasReady = true
    const pace = this.profile.pace(number)
    if (pace !== null) {
      fates.work = new SharedWork(pace, nowMs)
      this.hasShared = true
    }
    this.fleet.ready(nowMs, slot, epoch)
    const crashAfterMs = this.profile.crashAfterMs(number)
    if (crashAfterMs !== Infinity) this.queue.push(nowMs + crashAfterMs, Event.exited, slot, epoch)
  }

  private fatesOf(runner: Runner): RunnerFates {
    let fates = this.fates[runner.slot]
    if (fates === undefined) this.fates[runner.slot] = fates = new RunnerFates()
    if (fates.number !== runner.number) {
      fates.number = runner.number
      fates.heldUntilMs = 0
      fates.deaf = false
      fates.wasReady = false
      fates.work = null
    }
    return fates
  }

  /** Nothing on the runner ends before; Infinity: it hangs for good. */
  heldUntilMs(runner: Runner): number {
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
  crash(nowMs: number, runner: Runner): void {
    this.queue.push(nowMs, Event.exited, runner.slot, runner.epoch)
  }

  /** How long a request in flight would still take; Infinity on a runner that hangs. */
  remainingMs(nowMs: number, request: Request): number {
    const { heldUntilMs, work } = this.fatesOf(request.runner!)
    const sharedMs = work === null ? null : work.remainingMs(nowMs, request, heldUntilMs)
    if (sharedMs !== null) return sharedMs
    return Math.max(this.answersAtMs[request.slot]!, this.heldUntilMs(request.runner!)) - nowMs
  }

  /** A runner that another world has begun goes on here: its stage takes so much longer. */
  goOn(nowMs: number, runner: Runner, leftMs: number): void {
    const { epoch, slot, state } = runner
    const event = endsOf[state]
    if (event === Event.exited) this.exitAfter(nowMs, runner, leftMs)
    else if (event !== undefined && leftMs !== Infinity) this.queue.push(nowMs + leftMs, event, slot, epoch)
  }

  /** A runner that serves in another world goes on here with its requests, each with so much work left to it alone. */
  goOnServing(
    nowMs: number,
    runner: Runner,
    jobs: ReadonlyArray<{ readonly request: Request; readonly leftMs: number }>
  ): void {
    if (!isServing(runner.state) && runner.state !== RunnerState.DRAINING) return
    const fates = this.fatesOf(runner)
    fates.wasReady = true
    const pace = this.profile.pace(runner.number)
    if (pace !== null) {
      fates.work = new SharedWork({ ...pace, warmUp: null }, nowMs)
      this.hasShared = true
    }
    for (const { leftMs, request } of jobs) {
      if (fates.work === null) this.answerAt(request, nowMs + leftMs)
      else fates.work.add(nowMs, request, leftMs)
    }
    if (fates.work !== null) this.workOn(runner, fates.work)
  }

  start({ epoch, number, slot }: Runner): void {
    this.queue.push(this.nowMs + this.profile.schedulingMs(number), Event.placed, slot, epoch)
  }

  /** That of the input in answer to which the Fleet asks for something. */
  private get nowMs(): number {
    return this.fleet.state.nowMs
  }

  send(request: Request, runner: Runner): void {
    if (this.profile.hangs?.(request.number, request.attempts, runner.number) === true)
      this.hold(runner, Infinity, true)
    if (this.hasShared && this.share(request, runner)) return
    this.answerAt(request, this.nowMs + this.serviceMs(request))
  }

  private answerAt({ epoch, slot }: Request, atMs: number): void {
    while (slot >= this.answersAtMs.length) this.answersAtMs = grown(this.answersAtMs)
    this.answersAtMs[slot] = atMs
    this.queue.push(atMs, Event.answer, slot, epoch)
  }

  /** Puts a request to those that it slows down and is slowed down by; false where none does. */
  private share(request: Request, runner: Runner): boolean {
    const { work } = this.fatesOf(runner)
    if (work === null) return false
    work.add(this.nowMs, request, this.serviceMs(request))
    this.workOn(runner, work)
    return true
  }

  private workOn({ epoch, slot }: Runner, work: SharedWork): void {
    const nextMs = work.next()
    if (nextMs !== Infinity) this.queue.push(nextMs, Event.worked, slot, epoch)
  }

  /** Answers what is done by now; where something came or went meanwhile, another event is on its way. */
  private worked(nowMs: number, runner: Runner): void {
    const { heldUntilMs, work } = this.fatesOf(runner)
    if (work === null || !work.isDue(nowMs)) return
    if (heldUntilMs > nowMs) return this.workLater(runner, work, heldUntilMs)
    work.advance(nowMs)
    for (let job = work.takeDone(); job !== null; job = work.takeDone()) {
      this.fleet.answer(nowMs, job.slot, job.epoch, 200)
    }
    work.dropOverdue(nowMs)
    this.workOn(runner, work)
  }

  /** Nothing on a runner that is held ends before it is let go; it works on meanwhile. */
  private workLater({ epoch, slot }: Runner, work: SharedWork, untilMs: number): void {
    work.putOff(untilMs)
    if (untilMs !== Infinity) this.queue.push(untilMs, Event.worked, slot, epoch)
  }

  /** A simulated app finishes what it began. */
  cancel(_request: Request, _runner: Runner): void {}

  terminate(_runner: Runner): void {}

  kill(runner: Runner): void {
    if (this.fleet.state.options.exitsReported) this.crash(this.nowMs, runner)
  }

  /** A runner that is held says nothing until the check has taken too long. */
  check(runner: Runner, check: Check, limitMs: number): void {
    const fails = this.heldUntilMs(runner) > this.nowMs
    const event = fails ? failed[check] : passed[check]
    this.queue.push(this.nowMs + (fails ? limitMs : 0), event, runner.slot, runner.epoch)
  }

  close(_session: Request, _code: number): void {}

  /** A stage takes its time. */
  runnerChanged(runner: Runner): void {
    const { number, slot, epoch, state } = runner
    if (state === RunnerState.DOCKER_PULL) {
      this.queue.push(this.nowMs + this.profile.dockerPullMs(number), Event.pulled, slot, epoch)
    } else if (state === RunnerState.SETUP) {
      this.queue.push(this.nowMs + this.profile.setupMs(number), Event.setUp, slot, epoch)
    } else if (state === RunnerState.TERMINATING) this.exitLater(runner)
  }

  /** A runner that never served has nothing to tear down (platform rule 2.2). */
  private exitLater(runner: Runner): void {
    this.exitAfter(this.nowMs, runner, this.fatesOf(runner).wasReady ? this.profile.teardownMs(runner.number) : 0)
  }

  /** A deaf runner does not exit while it is held. */
  private exitAfter(nowMs: number, runner: Runner, teardownMs: number): void {
    const { deaf, heldUntilMs } = this.fatesOf(runner)
    const atMs = (deaf ? Math.max(nowMs, heldUntilMs) : nowMs) + teardownMs
    if (atMs !== Infinity) this.queue.push(atMs, Event.exited, runner.slot, runner.epoch)
  }
}

const grown = (array: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> => {
  const larger = new Float64Array(array.length * 2)
  larger.set(array)
  return larger
}
