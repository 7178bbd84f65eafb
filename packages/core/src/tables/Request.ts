import type { RetryConfig } from "../domain/App.ts"
import type { AppState } from "./AppState.ts"
import type { Pooled } from "./Pool.ts"
import type { Member } from "./RolloutRecord.ts"
import type { Runner } from "./Runner.ts"

/** How a request came (platform rule 4.1). */
export const RequestKind = { direct: 0, queued: 1, realtime: 2 } as const
export type RequestKind = (typeof RequestKind)[keyof typeof RequestKind]

/** Where a request is between its acceptance and its outcome. */
export const RequestStage = { free: 0, waiting: 1, backoff: 2, inFlight: 3 } as const
export type RequestStage = (typeof RequestStage)[keyof typeof RequestStage]

/** The lanes of the line, in the order in which they are served (platform rule 4.2). */
export const LaneIndex = { direct: 0, normal: 1, low: 2 } as const
export type LaneIndex = (typeof LaneIndex)[keyof typeof LaneIndex]

/** Terminal outcomes of the ledger (platform rule 6). */
export const Outcome = { completed: 1, errored: 2, cancelled: 3 } as const
export type Outcome = (typeof Outcome)[keyof typeof Outcome]

/** What the caller asked of a request in flight. */
export const CancelAsked = { no: 0, cancelled: 1, disconnected: 2 } as const
export type CancelAsked = (typeof CancelAsked)[keyof typeof CancelAsked]

/** One request between its acceptance and its outcome. Times are Fleet milliseconds. */
export class Request implements Pooled {
  readonly slot: number
  /** Rises whenever an attempt begins or ends, so that a late answer finds nothing. */
  epoch = 0
  /** 1, 2, 3 … in order of acceptance; never used again. */
  number = 0
  app: AppState
  kind: RequestKind = RequestKind.direct
  lane: LaneIndex = LaneIndex.direct
  stage: RequestStage = RequestStage.free
  submittedAtMs = 0
  enteredAtMs = 0
  waitedMs = 0
  startedAtMs = 0
  /** When this attempt reaches request_timeout. */
  deadlineMs = 0
  /** When the caller's start timeout passes; Infinity without one. */
  startDeadlineMs = Infinity
  /** Of a realtime session: how many messages its app works on. */
  messages = 0
  attempts = 0
  readonly retriesUsed: [number, number, number] = [0, 0, 0]
  /** Number of the runner of the previous attempt, 0 when there was none. */
  previousRunner = 0
  runner: Runner | null = null
  cancelAsked: CancelAsked = CancelAsked.no
  noRetry = false
  retryConfig: RetryConfig | null = null
  hint: string | null = null
  isDue = false
  /** What its world needs to know of it; the Fleet carries it and never looks at it. */
  cargo: unknown = null
  /** Place of this attempt among all attempts ever sent. */
  sendOrder = 0
  /** Valid while the Fleet settles it. */
  outcome: Outcome = Outcome.completed
  status = 0
  errorType = 0
  /** The places in rollouts of the runner that it was lost with, whom a rollout had told to end. */
  lostWith: ReadonlyArray<Member> | null = null

  /** Neighbours in a lane while waiting, among the attempts by deadline while in flight. */
  prev: Request | null = null
  next: Request | null = null
  /** Neighbours in order of entry while waiting, on the runner while in flight. */
  prevPeer: Request | null = null
  nextPeer: Request | null = null

  constructor(slot: number, app: AppState) {
    this.slot = slot
    this.app = app
  }
}
