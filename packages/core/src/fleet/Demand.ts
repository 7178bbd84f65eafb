import type { AppState } from "../tables/Records.ts"
import { LaneIndex } from "../tables/RequestState.ts"
import type { FleetState } from "./FleetState.ts"

/** How many runners the app's scaler wants for that many requests on runners and in line. */
export const target = (app: AppState, requests: number): number => {
  if (app.deleted) return 0
  if (requests !== app.targetFor) {
    app.targetFor = requests
    app.targetRunners = app.scaler.target(app, requests)
  }
  return app.targetRunners
}

/** Decides what may expire: all that wait count. */
export const floor = (app: AppState): number => target(app, app.inFlight + app.waiting)

/** Whether so many runners are more than the floor, which is never below min_concurrency. */
export const exceedsFloor = (app: AppState, runners: number): boolean =>
  (app.deleted || runners > app.scaling.minConcurrency) && runners > floor(app)

/** How many of so many runners the floor leaves over. */
export const aboveFloor = (app: AppState, runners: number): number =>
  runners - Math.max(app.deleted ? 0 : app.scaling.minConcurrency, floor(app))

/** Decides starts: of those that wait, only the due count (scaling_delay), and none that are held back. */
export const desired = (fleet: FleetState, app: AppState): number => {
  const due = fleet.queuesHeld ? Math.min(app.due, app.lanes[LaneIndex.direct].length) : app.due
  return target(app, app.inFlight + due)
}

/** The scaler looks by the clock: what it wants may be something else now. */
export const look = (fleet: FleetState, app: AppState): void => {
  const { clock } = app.scaler
  if (clock === null) return
  clock.look(app, fleet.nowMs)
  app.looksAtMs = fleet.nowMs + clock.everyMs
  app.forgetTarget()
}
