import type { RetryCondition } from "../domain/App.ts"
import { EndCause } from "../tables/EndCause.ts"
import type { AppState, Request, Runner } from "../tables/Records.ts"
import { Outcome, RequestKind } from "../tables/RequestState.ts"
import { ErrorType } from "./ErrorType.ts"
import type { FleetState } from "./FleetState.ts"
import * as Health from "./Health.ts"
import * as Ledger from "./Ledger.ts"
import * as Portions from "./Portions.ts"
import * as Realtime from "./Realtime.ts"
import * as Retry from "./Retry.ts"
import * as Settlement from "./Settlement.ts"
import * as Shutdown from "./Shutdown.ts"
import * as Slots from "./Slots.ts"

/** The platform headers of an answer, null where absent (platform rules 5.2, 7). */
export interface AnswerControl {
  readonly needsRetry: boolean | null
  readonly stopRunner: boolean | null
  readonly healthCheck: boolean
  readonly hints: ReadonlyArray<string> | null
}

export const noControl: AnswerControl = { needsRetry: null, stopRunner: null, healthCheck: false, hints: null }

/** The runner answered (platform rule 5.1). */
export const answer = (fleet: FleetState, request: Request, status: number, control: AnswerControl): void => {
  const runner = request.runner!
  if (control.hints !== null) takeHints(runner, control.hints)
  Slots.vacate(fleet, request)
  conclude(fleet, request, runner, status, control)
  Slots.freed(fleet, runner)
  consequences(fleet, runner, status, control)
}

const takeHints = (runner: Runner, hints: ReadonlyArray<string>): void => {
  runner.hints = hints
  runner.app.reportsHints = true
}

const conclude = (
  fleet: FleetState,
  request: Request,
  runner: Runner,
  status: number,
  control: AnswerControl
): void => {
  if (status < 500 && !(status === 429 && control.needsRetry === true)) return finish(fleet, request, runner, status)
  const condition = status === 503 || status === 504 ? "server_error" : null
  const failure: Retry.Failure = {
    condition,
    needsRetry: control.needsRetry,
    status,
    errorType: ErrorType.runner_server_error,
    answered: true
  }
  if (Retry.isAllowed(request, failure)) return Retry.afterFailure(fleet, request, runner, failure)
  finish(fleet, request, runner, status)
}

/** The answer goes to the caller: drained if its runner was told to stop, whatever the status (platform rule 8.5). */
const finish = (fleet: FleetState, request: Request, runner: Runner, status: number): void => {
  const cancelled = Settlement.cancelledBy(request)
  const gaveUp = cancelled === ErrorType.client_disconnected || status === 499
  Ledger.leftRunner(fleet, request, runner, gaveUp ? "cancelled" : "drained")
  if (gaveUp) {
    const errorType = cancelled === ErrorType.none ? ErrorType.client_cancelled : cancelled
    return Settlement.settle(fleet, request, Outcome.cancelled, 499, errorType)
  }
  if (status < 500) Settlement.settle(fleet, request, Outcome.completed, status, ErrorType.none)
  else Settlement.settle(fleet, request, Outcome.errored, status, ErrorType.runner_server_error)
}

const consequences = (fleet: FleetState, runner: Runner, status: number, control: AnswerControl): void => {
  if (control.stopRunner === true || (status === 503 && control.stopRunner !== false)) {
    Shutdown.stop(fleet, runner, EndCause.answer)
  } else if (status >= 500 && status !== 503) Health.ask(fleet, runner, "tcp")
  if (control.healthCheck) Health.ask(fleet, runner, "on_demand")
}

/** How a session with a living runner can break (platform rule 5.1). */
export type BrokenBy = "incomplete" | "refused" | "connect_timeout" | "connection"

const failures: Readonly<Record<BrokenBy, Retry.Failure>> = {
  incomplete: brokenSession("server_error", 502, ErrorType.runner_incomplete_response),
  refused: brokenSession("connection_error", 503, ErrorType.runner_connection_refused),
  connect_timeout: brokenSession("connection_error", 503, ErrorType.runner_connection_timeout),
  connection: brokenSession("connection_error", 503, ErrorType.runner_connection_error)
}

function brokenSession(condition: RetryCondition, status: number, errorType: ErrorType): Retry.Failure {
  return { condition, needsRetry: null, status, errorType, answered: false }
}

/** The session with the runner broke while its process lives (platform rule 5.1). */
export const broken = (fleet: FleetState, request: Request, by: BrokenBy): void => {
  const runner = request.runner!
  Slots.vacate(fleet, request)
  Retry.afterFailure(fleet, request, runner, failures[by])
  Slots.freed(fleet, runner)
  if (by === "incomplete") Health.ask(fleet, runner, "tcp")
  else Shutdown.stop(fleet, runner, EndCause.unreachable)
}

/**
 * The app let go of a session without a word after it had said something: one that was told to stop has put an end to it,
 * another has failed in the middle (platform rule 4.6).
 */
export const dropped = (fleet: FleetState, session: Request): void => {
  if (session.runner!.signalledAtMs === null) broken(fleet, session, "incomplete")
  else Realtime.closed(fleet, session)
}

const timedOut: Retry.Failure = {
  condition: "timeout",
  needsRetry: null,
  status: 504,
  errorType: ErrorType.request_timeout,
  answered: false
}

/** Ends the attempts that have reached request_timeout; each runner is stopped, it may be in a bad state (platform rule 4.5). */
export const requestTimeouts = (fleet: FleetState, app: AppState, armedAfterSend: number): void => {
  let first = app.attempts.first
  while (first !== null && first.deadlineMs <= fleet.nowMs && first.sendOrder <= armedAfterSend) {
    // A rollout that has still to end the runner comes first, and may have ended the attempt.
    if (!Portions.comesFirst(fleet, first.runner!)) requestTimeout(fleet, first, first.runner!)
    first = app.attempts.first
  }
}

const requestTimeout = (fleet: FleetState, request: Request, runner: Runner): void => {
  if (request.kind === RequestKind.realtime) Realtime.timedOut(fleet, request)
  else {
    Slots.vacate(fleet, request)
    Retry.afterFailure(fleet, request, runner, timedOut)
  }
  Slots.freed(fleet, runner)
  Shutdown.stop(fleet, runner, EndCause.requestTimeout)
}
