import type { Request } from "../tables/Records.ts"
import { CancelAsked, type Outcome, Outcome as Outcomes, RequestStage } from "../tables/RequestState.ts"
import { ErrorType } from "./ErrorType.ts"
import type { FleetState } from "./FleetState.ts"
import * as Ledger from "./Ledger.ts"

/** Gives a request its one outcome; nothing of it is left in any line or on any runner by now (platform rule 6). */
export const settle = (
  fleet: FleetState,
  request: Request,
  outcome: Outcome,
  status: number,
  errorType: ErrorType
): void => {
  const { totals } = request.app
  if (outcome === Outcomes.completed) totals.completed++
  else if (outcome === Outcomes.errored) totals.errored++
  else totals.cancelled++
  request.stage = RequestStage.free
  request.outcome = outcome
  request.status = status
  request.errorType = errorType
  Ledger.settled(fleet, request)
  fleet.port.settle(request)
  request.cargo = null
  fleet.requests.release(request)
}

/** The caller's start timeout has passed while the request was not being worked on (platform rule 4.5). */
export const startTimeoutPassed = (fleet: FleetState, request: Request): void =>
  settle(fleet, request, Outcomes.errored, 504, ErrorType.request_timeout)

/** The error type under which a request ends whose caller gave it up, or none. */
export const cancelledBy = (request: Request): ErrorType => {
  if (request.cancelAsked === CancelAsked.no) return ErrorType.none
  return request.cancelAsked === CancelAsked.disconnected ? ErrorType.client_disconnected : ErrorType.client_cancelled
}
