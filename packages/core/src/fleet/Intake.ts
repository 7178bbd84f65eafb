import type { RetryConfig } from "../domain/App.ts"
import { type AppState, Request } from "../tables/Records.ts"
import { CancelAsked, LaneIndex, Outcome, RequestKind, RequestStage } from "../tables/RequestState.ts"
import * as Dismissal from "./Dismissal.ts"
import * as Dispatch from "./Dispatch.ts"
import { ErrorType } from "./ErrorType.ts"
import { TimerKind } from "./FleetPort.ts"
import type { FleetState } from "./FleetState.ts"
import * as Ledger from "./Ledger.ts"
import * as Line from "./Line.ts"
import * as Portions from "./Portions.ts"
import * as Retry from "./Retry.ts"
import * as Settlement from "./Settlement.ts"

/** A request as it is handed in; a world may use one object for all of them. */
export interface Submission {
  kind: RequestKind
  /** Low priority; queued requests only. */
  low: boolean
  /** The caller's start timeout in milliseconds. */
  startTimeoutMs: number | null
  /** fal_max_queue_length: refused when more than so many wait. */
  maxQueueLength: number | null
  noRetry: boolean
  retryConfig: RetryConfig | null
  hint: string | null
}

/**
 * A submission of that kind without any option.
 *
 * @example
 * ```ts
 * import { plainSubmission, Request } from "@ebb/core"
 *
 * const submission = { ...plainSubmission(Request.RequestKind.queued), low: true, startTimeoutMs: 60_000 }
 * console.log(submission.noRetry)
 * ```
 */
export const plainSubmission = (kind: RequestKind): Submission => ({
  kind,
  low: false,
  startTimeoutMs: null,
  maxQueueLength: null,
  noRetry: false,
  retryConfig: null,
  hint: null
})

/** Requests that wait in the queue, retry back-off included (platform rule 11). */
export const queueSize = (app: AppState): number =>
  app.lanes[LaneIndex.normal].length + app.lanes[LaneIndex.low].length + app.backoff

/** Accepts a request and dispatches it or puts it in line; null when the queue is longer than the caller allows. */
export const submit = (fleet: FleetState, app: AppState, submission: Submission, cargo: unknown): Request | null => {
  if (submission.maxQueueLength !== null && queueSize(app) > submission.maxQueueLength) return null
  const request = fill(fleet, app, submission)
  request.cargo = cargo
  app.totals.accepted++
  Ledger.accepted(request)
  if (request.startDeadlineMs !== Infinity) {
    fleet.port.wake(TimerKind.startTimeout, request.slot, request.number, request.startDeadlineMs)
  }
  return request
}

/** What a request had been through before the platform itself was restarted (docs/architecture.md). */
export interface History {
  readonly attempts: number
  /** Retries used up, by condition: server_error, connection_error, timeout. */
  readonly retriesUsed: ReadonlyArray<number>
  /** It was in flight: that attempt is lost with its runner. */
  readonly wasInFlight: boolean
  /** Its caller had asked to cancel it, or the queue was flushed. */
  readonly cancelAsked?: boolean
}

/** Accepts a request again after a restart of the platform; its order is that of the calls. */
export const resume = (
  fleet: FleetState,
  app: AppState,
  submission: Submission,
  history: History,
  cargo: unknown
): Request | null => {
  const request = submit(fleet, app, { ...submission, maxQueueLength: null }, cargo)
  if (request === null) return null
  request.attempts = history.attempts
  const [serverError = 0, connectionError = 0, timeout = 0] = history.retriesUsed
  request.retriesUsed = [serverError, connectionError, timeout]
  if (history.cancelAsked === true) request.cancelAsked = CancelAsked.cancelled
  if (history.wasInFlight || history.cancelAsked === true) Retry.afterRestart(fleet, request)
  else place(fleet, request)
  return request
}

/** Sends an accepted request to a free slot when nobody waits before it, else puts it in line. */
export const place = (fleet: FleetState, request: Request): void => {
  const isFirst = request.app.waiting === 0 && !(fleet.queuesHeld && request.kind === RequestKind.queued)
  const runner = isFirst ? Dispatch.choose(fleet, request) : null
  if (runner === null) Line.enter(fleet, request)
  else Dispatch.send(fleet, request, runner)
}

const fill = (fleet: FleetState, app: AppState, submission: Submission): Request => {
  const { requests } = fleet
  const request = requests.take() ?? requests.add(new Request(requests.nextSlot, app))
  request.number = ++fleet.requestsMade
  request.app = app
  request.kind = submission.kind
  request.lane =
    submission.kind !== RequestKind.queued ? LaneIndex.direct : submission.low ? LaneIndex.low : LaneIndex.normal
  request.submittedAtMs = fleet.nowMs
  request.waitedMs = 0
  request.attempts = 0
  request.retriesUsed = null
  request.previousRunner = 0
  request.runner = null
  request.cancelAsked = CancelAsked.no
  request.noRetry = submission.noRetry
  request.retryConfig = submission.retryConfig
  request.hint = submission.hint
  request.startDeadlineMs = startDeadlineMs(fleet.nowMs, submission)
  return request
}

/** A realtime session has no start timeout (platform rule 4.6). */
const startDeadlineMs = (nowMs: number, { kind, startTimeoutMs }: Submission): number =>
  startTimeoutMs === null || kind === RequestKind.realtime ? Infinity : nowMs + startTimeoutMs

/** Who gives a request up: its caller cancels it, or (direct) has gone away (platform rule 4.7). */
export type GivenUp = "cancelled" | "disconnected"

/** What a cancel answers (platform rule 4.7). */
export type CancelAnswer = "CANCELLATION_REQUESTED" | "ALREADY_COMPLETED"

/** Cancels a request, or its direct caller has gone away (platform rule 4.7). */
export const cancel = (fleet: FleetState, request: Request, how: GivenUp): void => {
  request.cancelAsked = CancelAsked[how]
  if (request.stage === RequestStage.inFlight) return fleet.port.cancel(request, request.runner!)
  Dismissal.drop(fleet, request)
  Settlement.settle(fleet, request, Outcome.cancelled, 499, Settlement.cancelledBy(request))
}

/** The start timeout of a request that waits or is in back-off fires. */
export const startTimeout = (fleet: FleetState, request: Request): void => {
  Dismissal.drop(fleet, request)
  Settlement.startTimeoutPassed(fleet, request)
}

/** Ends the direct requests that waited for a slot as long as a start may take (platform rule 4.5). */
export const waitLimit = (fleet: FleetState, app: AppState): void => {
  const lane = app.lanes[LaneIndex.direct]
  for (
    let first = lane.first;
    first !== null && first.submittedAtMs + app.waitLimitMs <= fleet.nowMs;
    first = lane.first
  ) {
    if (!Portions.endsFirst(fleet, fleet.nowMs, first)) startsTooLate(fleet, first)
  }
}

const startsTooLate = (fleet: FleetState, request: Request): void => {
  Line.remove(fleet, request)
  Settlement.settle(fleet, request, Outcome.errored, 504, ErrorType.startup_timeout)
}

/** Removes the waiting queued requests, back-off included; `wanted` narrows it to some callers (platform rule 11). */
export const flush = (fleet: FleetState, app: AppState, wanted: (request: Request) => boolean): number => {
  if (app.deleted) return 0
  const gone = fleet.requestsOf(app).filter((request) => isWaitingInQueue(request) && wanted(request))
  for (const request of gone) cancel(fleet, request, "cancelled")
  return gone.length
}

const isWaitingInQueue = (request: Request): boolean =>
  request.kind === RequestKind.queued && request.stage !== RequestStage.inFlight
