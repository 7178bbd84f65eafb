import type { AppState, Runner } from "../tables/Records.ts"
import type { FleetState } from "./FleetState.ts"

/** The verification runner ended before it served: the deploy is aborted, the alias stays (platform rule 9, 3b). */
export const runnerEnded = (fleet: FleetState, runner: Runner): void => {
  if (runner.app.verifying === runner) abort(fleet, runner.app)
}

/** The deploy under way is given up; the alias stays where it is. */
export const abort = (fleet: FleetState, app: AppState): void => {
  const revision = app.verifyingRevision!
  app.verifying = null
  app.verifyingRevision = null
  app.verifyingScaling = null
  fleet.port.deployChanged(app, revision, "aborted")
}
