import type { AppState } from "../tables/Records.ts"

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

/** Nothing is owed any longer: a start succeeded, or the operator has just changed something (platform rule 2.4). */
export const reset = (app: AppState): void => {
  app.startupFailures = 0
  app.delayedStarts = 0
  app.schedulingFailures = 0
}
