import type { AppState } from "../tables/AppState.ts"
import { LaneIndex } from "../tables/Request.ts"
import type { FleetState } from "./FleetState.ts"

/** Runners whose slots hold that many requests: ceil(requests / max_multiplexing) (platform rule 3.1). */
export const needed = (requests: number, maxMultiplexing: number): number => Math.ceil(requests / maxMultiplexing)

/** Runners kept beyond those needed: max(concurrency_buffer, ceil(perc * needed / 100)) (platform rule 3.1). */
export const buffer = (runners: number, concurrencyBuffer: number, concurrencyBufferPerc: number): number =>
  Math.max(concurrencyBuffer, Math.floor((concurrencyBufferPerc * runners + 99) / 100))

/** How many runners the app should have for that many requests on runners and in line (platform rule 3.1). */
export const target = (app: AppState, requests: number): number => {
  if (app.deleted) return 0
  if (requests !== app.targetFor) {
    app.targetFor = requests
    app.targetRunners = formula(app, requests)
  }
  return app.targetRunners
}

const formula = (app: AppState, requests: number): number => {
  const { concurrencyBuffer, concurrencyBufferPerc, maxConcurrency, minConcurrency } = app.scaling
  const runners = needed(requests, app.maxMultiplexing)
  const wanted = runners + buffer(runners, concurrencyBuffer, concurrencyBufferPerc)
  return Math.min(maxConcurrency, Math.max(minConcurrency, wanted))
}

/** Decides what may expire: all that wait count. */
export const floor = (app: AppState): number => target(app, app.inFlight + app.waiting)

/** Whether so many runners are more than the floor, which is never below min_concurrency. */
export const exceedsFloor = (app: AppState, runners: number): boolean =>
  (app.deleted || runners > app.scaling.minConcurrency) && runners > floor(app)

/** Decides starts: of those that wait, only the due count (scaling_delay), and none that are held back. */
export const desired = (fleet: FleetState, app: AppState): number => {
  const due = fleet.queuesHeld ? Math.min(app.due, app.lanes[LaneIndex.direct].length) : app.due
  return target(app, app.inFlight + due)
}
