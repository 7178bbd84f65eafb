import type { Request } from "../tables/Records.ts"
import { RequestStage } from "../tables/RequestState.ts"
import type { FleetState } from "./FleetState.ts"

/** A request joins its lane; a retried one stands by its acceptance order (platform rule 4.2). */
export const enter = (fleet: FleetState, request: Request): void => {
  const app = request.app
  request.stage = RequestStage.waiting
  request.enteredAtMs = fleet.nowMs
  app.lanes[request.lane].insert(request)
  app.entries.add(request)
  app.waiting++
  request.isDue = app.scalingDelayMs === 0
  if (request.isDue) app.due++
  else if (app.notDue === null) app.notDue = request
}

/** A request leaves the line: dispatched, cancelled or timed out. */
export const remove = (fleet: FleetState, request: Request): void => {
  const app = request.app
  app.lanes[request.lane].remove(request)
  if (request.isDue) app.due--
  else if (app.notDue === request) app.notDue = request.nextPeer
  app.entries.remove(request)
  app.waiting--
  request.waitedMs += fleet.nowMs - request.enteredAtMs
}
