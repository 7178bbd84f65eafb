import type { App, Revision, ScalerName, Scaling } from "../domain/App.ts"
import type { StrategyName } from "../domain/RolloutWay.ts"
import type { Scaler } from "../domain/Scaler.ts"
import { BusyMarked } from "./BusyMarked.ts"
import { FreeGroup } from "./FreeRunners.ts"
import { RequestChain, SortedBy, SortedRequests } from "./RequestLists.ts"
import type { Request } from "./Request.ts"
import type { RolloutRecord } from "./RolloutRecord.ts"
import type { Runner } from "./Runner.ts"
import type { CapacityPool } from "./CapacityPool.ts"

/** One immutable deploy, as the Fleet holds it. */
export interface RevisionState {
  readonly number: number
  readonly settings: Revision
}

/** A timer that an app has at most one of: when it is armed for, and which arming is the valid one. */
export class AppTimer {
  atMs = Infinity
  epoch = 0
  /** How many attempts had been sent when it was armed. */
  armedAfterSend = 0
}

/** Totals of an app since it was created (platform rule 6): counts of requests, milliseconds by runner state. */
export class AppTotals {
  accepted = 0
  completed = 0
  errored = 0
  cancelled = 0
  readonly stateMs = new Float64Array(9)
  /** Of runners that have ended. */
  billableMs = 0
  /** Of runners that have ended: billable milliseconds times GPUs, by machine type. */
  readonly billedMs = new Map<string, number>()
  /** Time that attempts had been worked on when their runner was lost, and of that what each machine type is billed for. */
  lostMs = 0
  readonly lostBilledMs = new Map<string, number>()
  runnersCreated = 0
}

const newLane = (): SortedRequests => new SortedRequests(SortedBy.acceptance)

/** An app: its settings in force, its line, its runners and what is counted about them. */
export class AppState {
  readonly slot: number
  readonly team: string
  readonly env: string
  readonly name: string
  readonly pool: CapacityPool
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

  readonly lanes: readonly [SortedRequests, SortedRequests, SortedRequests] = [newLane(), newLane(), newLane()]
  /** The waiting requests in the order in which they last entered the line. */
  readonly entries = new RequestChain()
  /** The first entry that is not due yet. */
  notDue: Request | null = null
  waiting = 0
  due = 0
  /** Requests in retry back-off. */
  backoff = 0
  readonly attempts = new SortedRequests(SortedBy.deadline)
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
  readonly free = new FreeGroup()
  readonly freeMarked = new FreeGroup()
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

  constructor(slot: number, app: App, pool: CapacityPool, scalers: Readonly<Record<ScalerName, Scaler>>) {
    this.slot = slot
    this.team = app.team
    this.env = app.env
    this.name = app.name
    this.pool = pool
    this.scalerName = app.scaler ?? "fal"
    this.scaler = scalers[this.scalerName]
    this.scaling = app.scaling
    this.settings = app.revision
    this.revision = { number: 1, settings: app.revision }
    this.applySettings()
  }

  /** Brings the plain numbers up to date with the settings. */
  applySettings(): void {
    this.maxMultiplexing = this.settings.maxMultiplexing
    this.requestTimeoutMs = this.scaling.requestTimeoutSeconds * 1000
    this.waitLimitMs = this.settings.startupTimeoutSeconds * 1000
    this.scalingDelayMs = this.scaling.scalingDelaySeconds * 1000
    this.keepAliveMs = this.scaling.keepAliveSeconds * 1000
    this.targetFor = null
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

  removeRunner(runner: Runner): void {
    if (runner.prev === null) this.firstRunner = runner.next
    else runner.prev.next = runner.next
    if (runner.next === null) this.lastRunner = runner.prev
    else runner.next.prev = runner.prev
    runner.prev = null
    runner.next = null
  }
}
