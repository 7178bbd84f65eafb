import type { AppState } from "../tables/AppState.ts"
import { RunnerState } from "../tables/RunnerState.ts"
import type { FleetState } from "./FleetState.ts"
import * as Lifecycle from "./Lifecycle.ts"

const stepMs = 30_000
const capMs = 600_000
const schedulingWaitMs = 20_000

/** How long the runner created next has to wait in FAILURE_DELAY, 0 for not at all (platform rule 2.4). */
export const delayOwedMs = (app: AppState): number => {
  const backoffMs = app.startupFailures > 0 ? Math.min(stepMs * ++app.delayedStarts, capMs) : 0
  if (app.schedulingFailures === 0) return backoffMs
  app.schedulingFailures--
  return Math.max(schedulingWaitMs, backoffMs)
}

/** A start succeeded, or the operator has just changed something: nobody waits any longer (platform rule 2.4). */
export const reset = (fleet: FleetState, app: AppState): void => {
  app.startupFailures = 0
  app.delayedStarts = 0
  app.schedulingFailures = 0
  if (app.delayed === 0) return
  for (let runner = app.firstRunner; runner !== null; runner = runner.next) {
    if (runner.state === RunnerState.FAILURE_DELAY) Lifecycle.wakeDelayed(fleet, runner)
  }
}
