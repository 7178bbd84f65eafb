import type { EndedBy } from "../domain/RolloutReport.ts"
import type { RolloutOrder } from "../domain/RolloutWay.ts"
import type { AppState } from "./AppState.ts"
import { Histogram } from "./Histogram.ts"
import type { RunnerTime } from "./RunnerTime.ts"
import type { RunnerState } from "./RunnerState.ts"

/** How the requests in flight on a signalled runner left it, direct (with realtime) and queued apart. */
export class Tally {
  atStart = 0
  drained = 0
  errored = 0
  retried = 0
  cancelled = 0
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
