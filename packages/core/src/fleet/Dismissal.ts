import type { Request } from "../tables/Records.ts"
import { Outcome, RequestStage } from "../tables/RequestState.ts"
import { ErrorType } from "./ErrorType.ts"
import type { FleetState } from "./FleetState.ts"
import * as Line from "./Line.ts"
import * as Settlement from "./Settlement.ts"

/** Takes a request that waits or is in back-off from where it does. */
export const drop = (fleet: FleetState, request: Request): void => {
  if (request.stage === RequestStage.waiting) Line.remove(fleet, request)
  else request.app.backoff--
}

/** Its app is deleted: there will be no runner for it (platform rule 11). */
export const end = (fleet: FleetState, request: Request): void => {
  drop(fleet, request)
  Settlement.settle(fleet, request, Outcome.errored, 503, ErrorType.runner_scheduling_failure)
}
