import type { RetryCondition } from "../domain/App.ts"
import type { Request, Runner } from "../tables/Records.ts"
import { CancelAsked, Outcome, RequestKind, RequestStage } from "../tables/RequestState.ts"
import { ErrorType } from "./ErrorType.ts"
import { TimerKind } from "./FleetPort.ts"
import type { FleetState } from "./FleetState.ts"
import * as Ledger from "./Ledger.ts"
import * as Line from "./Line.ts"
import * as Settlement from "./Settlement.ts"
import * as Slots from "./Slots.ts"

/** Where retries for each condition are counted (platform rule 5.1). */
const placeOf: Readonly<Record<RetryCondition, 0 | 1 | 2>> = { server_error: 0, connection_error: 1, timeout: 2 }

/** Most attempts of one request (platform rule 5.1). */
const attemptsMax = 10
const backoffCapSeconds = 30

/** How long a request waits after its k-th failed attempt, in seconds: 1, 2, 4, 8, 16, 30, 30 … (platform rule 5.2). */
const backoffSeconds = (failedAttempts: number): number =>
  failedAttempts > 5 ? backoffCapSeconds : 2 ** (failedAttempts - 1)

/** How an attempt ended, and how the request ends if it is not tried again. */
export interface Failure {
  /** Under which it may be tried again; null: under none. */
  readonly condition: RetryCondition | null
  /** X-Fal-Needs-Retry of the answer; null: absent. */
  readonly needsRetry: boolean | null
  readonly status: number
  readonly errorType: ErrorType
  /** The app itself answered so: an ordinary answer, even after a cancel (platform rule 4.7). */
  readonly answered: boolean
}

/** The runner ended while it worked on the request (platform rule 5.1). */
const runnerLost: Failure = {
  condition: "server_error",
  needsRetry: null,
  status: 503,
  errorType: ErrorType.runner_disconnected,
  answered: false
}

/** Whether an attempt that failed so is followed by another; the start timeout is looked at apart (platform rule 5.2). */
export const isAllowed = (request: Request, failure: Failure): boolean => {
  if (request.kind !== RequestKind.queued || request.cancelAsked !== CancelAsked.no) return false
  if (request.noRetry || request.attempts >= attemptsMax) return false
  if (failure.needsRetry !== null) return failure.needsRetry
  return failure.condition !== null && hasBudget(request, failure.condition)
}

const hasBudget = (request: Request, condition: RetryCondition): boolean => {
  const { retryConfig, skipRetryConditions } = request.app.revision.settings
  if (skipRetryConditions.includes(condition)) return false
  const budget = request.retryConfig?.[condition] ?? retryConfig[condition] ?? attemptsMax - 1
  return (request.retriesUsed?.[placeOf[condition]] ?? 0) < budget
}

/** Whether the request would be tried again if its runner ended now (platform rules 5.1, 5.2). */
export const outlivesRunner = (request: Request, nowMs: number): boolean =>
  isAllowed(request, runnerLost) && nowMs < request.startDeadlineMs && !request.app.deleted

/** An attempt that has left its runner failed: the request goes back, or has its outcome. */
export const afterFailure = (fleet: FleetState, request: Request, runner: Runner, failure: Failure): void => {
  if (!isAllowed(request, failure)) return settle(fleet, request, runner, failure)
  if (fleet.nowMs >= request.startDeadlineMs) return settle(fleet, request, runner, startTimeoutPassed)
  if (request.app.deleted) return settle(fleet, request, runner, appDeleted)
  Ledger.leftRunner(fleet, request, runner, "retried")
  backOff(fleet, request, failure.condition)
}

const backOff = (fleet: FleetState, request: Request, condition: RetryCondition | null): void => {
  request.retriesUsed ??= [0, 0, 0]
  if (condition !== null) request.retriesUsed[placeOf[condition]]++
  request.stage = RequestStage.backoff
  request.app.backoff++
  const atMs = fleet.nowMs + backoffSeconds(request.attempts) * 1000
  fleet.port.wake(TimerKind.retry, request.slot, request.epoch, atMs)
}

/** A cancelled one ends; an attempt that was lost with the platform itself counts, and the rules of a lost runner decide (platform rule 8.6). */
export const afterRestart = (fleet: FleetState, request: Request): void => {
  const cancelled = Settlement.cancelledBy(request)
  if (cancelled !== ErrorType.none) return Settlement.settle(fleet, request, Outcome.cancelled, 499, cancelled)
  const isRetried = isAllowed(request, runnerLost)
  if (isRetried && fleet.nowMs < request.startDeadlineMs) return backOff(fleet, request, runnerLost.condition)
  const { errorType, status } = isRetried ? startTimeoutPassed : runnerLost
  Settlement.settle(fleet, request, Outcome.errored, status, errorType)
}

const startTimeoutPassed: Failure = {
  condition: null,
  needsRetry: null,
  status: 504,
  errorType: ErrorType.request_timeout,
  answered: true
}

/** There is no line to go back to (platform rule 11, delete). */
const appDeleted: Failure = {
  condition: null,
  needsRetry: null,
  status: 503,
  errorType: ErrorType.runner_scheduling_failure,
  answered: true
}

const settle = (fleet: FleetState, request: Request, runner: Runner, failure: Failure): void => {
  const cancelled = Settlement.cancelledBy(request)
  if (cancelled === ErrorType.client_disconnected || (cancelled !== ErrorType.none && !failure.answered)) {
    Ledger.leftRunner(fleet, request, runner, "cancelled")
    return Settlement.settle(fleet, request, Outcome.cancelled, 499, cancelled)
  }
  Ledger.leftRunner(fleet, request, runner, "errored")
  Settlement.settle(fleet, request, Outcome.errored, failure.status, failure.errorType)
}

/** Back-off is over: the request stands in its lane again, by its acceptance order. */
export const back = (fleet: FleetState, request: Request): void => {
  request.app.backoff--
  Line.enter(fleet, request)
}

/** The runner is gone with all it had in flight: each request is tried again or has its outcome, in order of dispatch. */
export const lose = (fleet: FleetState, runner: Runner): void => {
  runner.lostRequests = runner.inFlight > 0
  for (let request = runner.requests.first; request !== null; request = runner.requests.first) {
    if (request.kind === RequestKind.realtime) fleet.port.close(request, 1011)
    Ledger.workLost(fleet, request, runner)
    Slots.vacate(fleet, request)
    afterFailure(fleet, request, runner, runnerLost)
  }
}
