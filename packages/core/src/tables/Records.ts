import { type App, type RetryConfig, type Revision, type ScalerName, scalerOf, type Scaling } from "../domain/App.ts"
import type { EndedBy } from "../domain/RolloutReport.ts"
import type { RolloutOrder, StrategyName } from "../domain/RolloutWay.ts"
import type { Scaler } from "../domain/Scaler.ts"
import { AppTimer } from "./AppTimer.ts"
import { AppTotals } from "./AppTotals.ts"
import { BusyMarked } from "./BusyMarked.ts"
import type { CapacityPool, MachineLine } from "./CapacityPool.ts"
import { EndCause } from "./EndCause.ts"
import { FreeGroup, type FreeRunners } from "./FreeRunners.ts"
import { Histogram } from "./Histogram.ts"
import type { Pooled } from "./Pool.ts"
import { RequestChain, SortedBy, SortedRequests } from "./RequestLists.ts"
import { CancelAsked, LaneIndex, Outcome, RequestKind, RequestStage } from "./RequestState.ts"
import type { RevisionState } from "./RevisionState.ts"
import { RunnerState } from "./RunnerState.ts"
import type { RunnerTime } from "./RunnerTime.ts"
import { Tally } from "./Tally.ts"

// An app, its runners, their requests and its rollouts hold each other: what they are stands in one place.

/** One request between its acceptance and its outcome. Times are Fleet milliseconds. */
export class Request implements Pooled {
  // The fields that each attempt and answer touch come first: side by side they take fewer cache lines (docs/benchmarks.md).
  readonly slot: number
  /** Rises whenever an attempt begins or ends, so that a late answer finds nothing. */
  epoch = 0
  /** 1, 2, 3 … in order of acceptance; never used again. */
  number = 0
  app: AppState
  runner: Runner | null = null
  /** Neighbours in a lane while waiting, among the attempts by deadline while in flight. */
  prev: Request | null = null
  next: Request | null = null
  /** When this attempt reaches request_timeout. */
  deadlineMs = 0
  /** Neighbours in order of entry while waiting, on the runner while in flight. */
  prevPeer: Request | null = null
  nextPeer: Request | null = null
  kind: RequestKind = RequestKind.direct
  stage: RequestStage = RequestStage.free
  submittedAtMs = 0
  startedAtMs = 0
  waitedMs = 0
  cancelAsked: CancelAsked = CancelAsked.no
  /** Valid while the Fleet settles it. */
  outcome: Outcome = Outcome.completed
  status = 0
  errorType = 0
  /** Number of the runner of the previous attempt, 0 when there was none. */
  previousRunner = 0
  /** The places in rollouts of the runner that it was lost with, whom a rollout had told to end. */
  lostWith: ReadonlyArray<Member> | null = null
  /** What its world needs to know of it; the Fleet carries it and never looks at it. */
  cargo: unknown = null

  lane: LaneIndex = LaneIndex.direct
  attempts = 0
  hint: string | null = null
  retryConfig: RetryConfig | null = null
  noRetry = false
  /** By the place of their condition; null: none, as with nearly all requests, whose records it would make larger. */
  retriesUsed: [number, number, number] | null = null
  /** When the caller's start timeout passes; Infinity without one. */
  startDeadlineMs = Infinity
  enteredAtMs = 0
  isDue = false
  /** Of a realtime session: how many messages its app works on. */
  messages = 0
  /** Place of this attempt among all attempts ever sent. */
  sendOrder = 0

  constructor(slot: number, app: AppState) {
    this.slot = slot
    this.app = app
  }
}

/** One compute instance. Times are Fleet milliseconds. */
export class Runner implements Pooled {
  // The fields that each attempt touches come first: side by side they take fewer cache lines (docs/benchmarks.md).
  readonly slot: number
  epoch = 0
  state: RunnerState = RunnerState.TERMINATED
  /** 1, 2, 3 … in order of creation; never used again. */
  number = 0
  app: AppState
  inFlight = 0
  /** When it came to its present number of requests in flight. */
  loadSinceMs = 0
  /** The list of free runners that it stands in. */
  free: FreeRunners<Runner> | null = null
  /** Neighbours among the free ones, or in the line for a machine: the fewer fields, the more runners a processor keeps at hand. */
  prevPeer: Runner | null = null
  nextPeer: Runner | null = null
  readonly requests = new RequestChain<Request>()
  stateSinceMs = 0
  /** Time in billable states, up to the one it is in. */
  billableMs = 0
  /** When it got its signal, or was killed or crashed without one. */
  signalledAtMs: number | null = null
  /** It has had a request. */
  used = false
  /** To be stopped when a replacement has joined: WILL_REPLACE on the wire. */
  marked = false
  /** A deploy's first runner, not counted before the switch (platform rule 9). */
  verification = false
  memberships: Array<Member> | null = null

  revision: RevisionState
  createdAtMs = 0
  setupAtMs = 0
  /** When its set-up has taken too long (platform rule 2.3). */
  startupDeadlineMs = 0
  endedAtMs = 0
  /** Version of the app's environment when this runner was started (platform rule 10). */
  environment = 0
  /** The app's machine types when it was started, and the index of the one it runs on. */
  machineTypes: ReadonlyArray<string>
  machineType = 0
  /** It was given its machine: the world is starting it or has. */
  granted = false
  /** It has not been ready for as long as the strategy of the rollout wants. */
  settling = false
  /** It was stopped because its replacement joined: DID_REPLACE on the wire. */
  replaced = false
  endCause: EndCause = EndCause.none
  graceExceeded = false
  /** It got SIGKILL otherwise than at the end of its grace period. */
  killed = false
  /** Requests were in flight on it when it ended. */
  lostRequests = false
  healthFailures = 0
  hints: ReadonlyArray<string> | null = null

  /** The line in which it waits for a machine; then it is not among the free ones. */
  line: MachineLine<Runner> | null = null
  /** Neighbours among all runners of its app, by number. */
  prev: Runner | null = null
  next: Runner | null = null

  constructor(slot: number, app: AppState) {
    this.slot = slot
    this.app = app
    this.revision = app.revision
    this.machineTypes = app.settings.machineTypes
  }
}

/** One runner of a rollout's set. */
export class Member {
  readonly rollout: RolloutRecord
  readonly runner: number
  readonly stateAtStart: RunnerState
  readonly direct = new Tally()
  readonly queued = new Tally()
  /** Messages of realtime sessions that were worked on when the session was lost. */
  messagesLost = 0
  signalledAtMs: number | null = null
  lastEndMs: number | null = null
  drainMs: number | null = null
  graceExceeded = false
  /** Requests that were in flight on the runner when it ended, and errored or are tried again for that. */
  lost = 0
  endedBy: EndedBy | null = null

  constructor(rollout: RolloutRecord, runner: number, stateAtStart: RunnerState) {
    this.rollout = rollout
    this.runner = runner
    this.stateAtStart = stateAtStart
  }
}

/** What the Fleet knows of one rollout. Times are Fleet milliseconds. */
export class RolloutRecord {
  readonly number: number
  readonly app: AppState
  readonly force: boolean
  readonly order: RolloutOrder | null
  readonly startedAtMs: number
  readonly members: Array<Member> = []
  /** Members that have not ended. */
  remaining = 0
  finishedAtMs: number | null = null
  escalatedAtMs: number | null = null
  interrupted = false
  /** Another rollout of the app has begun since. */
  superseded = false

  /** All its runners were dealt with: from here on a rise of the ready slots is recovery. */
  underWay = false
  slotsReadyBefore = 0
  slotsReadyLowest = 0
  recoveredAtMs: number | null = null
  /** End of the measuring window, once known (platform rule 8.7). */
  windowEndMs: number | null = null
  /** Number of the last request accepted before the window, and of the last one in it once it has ended. */
  readonly firstAfter: number
  lastBefore: number | null = null
  /** Requests of the window without an outcome yet. */
  unsettled = 0
  readonly latency = new Histogram()
  readonly queueWait = new Histogram()
  readonly errors: Array<number> = []
  readonly timeBefore: RunnerTime
  timeAfter: RunnerTime | null = null

  constructor(number: number, app: AppState, how: Pick<RolloutRecord, "force" | "order">, at: RolloutStart) {
    this.number = number
    this.app = app
    this.force = how.force
    this.order = how.order
    this.startedAtMs = at.nowMs
    this.firstAfter = at.lastRequest
    this.timeBefore = at.time
    this.slotsReadyBefore = app.slotsReady
    this.slotsReadyLowest = app.slotsReady
  }
}

/** How things stood when a rollout began. */
export interface RolloutStart {
  readonly nowMs: number
  readonly lastRequest: number
  readonly time: RunnerTime
}

const newLane = (): SortedRequests<Request> => new SortedRequests<Request>(SortedBy.acceptance)

/** An app: its settings in force, its line, its runners and what is counted about them. */
export class AppState {
  readonly slot: number
  readonly team: string
  readonly env: string
  readonly name: string
  readonly pool: CapacityPool<Runner>
  scaling: Scaling
  /** Of the current revision, with what `scale` changed since its deploy. */
  settings: Revision
  revision: RevisionState
  revisionsMade = 1
  environment = 1
  deleted = false

  /** Read on every event: the settings above in milliseconds and plain numbers. */
  maxMultiplexing = 1
  requestTimeoutMs = 0
  waitLimitMs = 0
  scalingDelayMs = 0
  keepAliveMs = 0
  /** What the formula of the autoscaler asked last, for so many requests: an event asks it several times. */
  targetFor: number | null = null
  targetRunners = 0
  /** Shared and immutable; the app names it. */
  readonly scaler: Scaler
  readonly scalerName: ScalerName
  readonly scalerNotes: Array<number> = []
  /** When it looks by the clock next. */
  looksAtMs = 0

  readonly lanes: readonly [SortedRequests<Request>, SortedRequests<Request>, SortedRequests<Request>] = [
    newLane(),
    newLane(),
    newLane()
  ]
  /** The waiting requests in the order in which they last entered the line. */
  readonly entries = new RequestChain<Request>()
  /** The first entry that is not due yet. */
  notDue: Request | null = null
  waiting = 0
  due = 0
  /** Requests in retry back-off. */
  backoff = 0
  readonly attempts = new SortedRequests<Request>(SortedBy.deadline)
  /** Requests on IDLE and RUNNING runners. */
  inFlight = 0

  firstRunner: Runner | null = null
  lastRunner: Runner | null = null
  /** PENDING + DOCKER_PULL + SETUP, without a verification runner. */
  starting = 0
  /** FAILURE_DELAY. */
  delayed = 0
  /** IDLE + RUNNING, unmarked. */
  serving = 0
  /** IDLE + RUNNING, marked. */
  marked = 0
  /** DRAINING + TERMINATING. */
  ending = 0
  /** Runners that count toward max_concurrency: starting, delayed and serving (platform rule 3.1). */
  counted = 0
  readonly free = new FreeGroup<Runner>()
  readonly freeMarked = new FreeGroup<Runner>()
  readonly busyMarked = new BusyMarked()
  /** The strategy whose rollout is under way; null: none, though runners may be marked one by one. */
  rolling: StrategyName | null = null
  /** Runners that have become available since the last step, while others were marked. */
  joined = 0
  /** IDLE + RUNNING, unmarked, that have not been ready for as long as the strategy wants. */
  settling = 0
  /** No runner is told to stop for its rollout before. */
  pausedUntilMs = 0
  /** The runner that last served a hint, for apps that report none (platform rule 4.4). */
  readonly lastServed = new Map<string, { readonly slot: number; readonly epoch: number }>()
  reportsHints = false

  startupFailures = 0
  delayedStarts = 0
  /** Scheduling failures whose successor has not been created yet. */
  schedulingFailures = 0
  verifying: Runner | null = null
  verifyingRevision: RevisionState | null = null
  verifyingScaling: Scaling | null = null

  readonly timeout = new AppTimer()
  readonly waitLimit = new AppTimer()
  readonly dueTimer = new AppTimer()
  readonly expiry = new AppTimer()
  readonly look = new AppTimer()
  readonly pause = new AppTimer()

  readonly totals = new AppTotals()
  readonly errors: Array<number> = []
  /** Rollouts that are not finished, or whose window is still open. */
  rollouts: Array<RolloutRecord> = []

  constructor(slot: number, app: App, pool: CapacityPool<Runner>, scaler: Scaler) {
    this.slot = slot
    this.team = app.team
    this.env = app.env
    this.name = app.name
    this.pool = pool
    this.scalerName = scalerOf(app)
    this.scaler = scaler
    this.scaling = app.scaling
    this.settings = app.revision
    this.revision = { number: 1, settings: app.revision }
    this.applySettings()
  }

  /** Brings the plain numbers up to date with the settings. */
  applySettings(): void {
    // A whole number in the registers too, as the formula of the autoscaler divides by it.
    this.maxMultiplexing = this.settings.maxMultiplexing | 0
    this.requestTimeoutMs = this.scaling.requestTimeoutSeconds * 1000
    this.waitLimitMs = this.settings.startupTimeoutSeconds * 1000
    this.scalingDelayMs = this.scaling.scalingDelaySeconds * 1000
    this.keepAliveMs = this.scaling.keepAliveSeconds * 1000
    this.forgetTarget()
  }

  /** What the scaler wants is found anew when it is asked next. */
  forgetTarget(): void {
    this.targetFor = null
    this.targetRunners = 0
  }

  /** Runners on their way to serving (platform rule 3.1). */
  get coming(): number {
    return this.starting + this.delayed
  }

  /** Brings `counted` up to date; it is read on every event. */
  recount(): void {
    this.counted = this.starting + this.delayed + this.serving
  }

  /** Slots of IDLE and RUNNING runners (platform rule 8.7). */
  get slotsReady(): number {
    return (this.serving + this.marked) * this.maxMultiplexing
  }

  addRunner(runner: Runner): void {
    runner.prev = this.lastRunner
    runner.next = null
    if (this.lastRunner === null) this.firstRunner = runner
    else this.lastRunner.next = runner
    this.lastRunner = runner
  }

  /** In ascending number. */
  allRunners(): ReadonlyArray<Runner> {
    const all: Array<Runner> = []
    for (let runner = this.firstRunner; runner !== null; runner = runner.next) all.push(runner)
    return all
  }

  removeRunner(runner: Runner): void {
    if (runner.prev === null) this.firstRunner = runner.next
    else runner.prev.next = runner.next
    if (runner.next === null) this.lastRunner = runner.prev
    else runner.next.prev = runner.prev
    runner.prev = null
    runner.next = null
  }
}
