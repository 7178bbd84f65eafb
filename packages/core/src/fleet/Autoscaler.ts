import type { AppState } from "../tables/AppState.ts"
import { EndCause, type Runner } from "../tables/Runner.ts"
import { isStarting, RunnerState } from "../tables/RunnerState.ts"
import * as Demand from "./Demand.ts"
import type { FleetState } from "./FleetState.ts"
import * as KeepAlive from "./KeepAlive.ts"
import * as Shutdown from "./Shutdown.ts"
import * as StartUp from "./StartUp.ts"

/** Brings the app's runners to what the formula asks for: first down, then up (platform rule 3.2). */
export const run = (fleet: FleetState, app: AppState): void => {
  if (app.notDue !== null) countDue(fleet, app)
  if (app.delayed > 0) dropDelayed(fleet, app)
  if (exceedsMax(app)) shrinkToMax(fleet, app)
  KeepAlive.run(fleet, app)
  const toStart = startsNeeded(fleet, app)
  for (let n = 0; n < toStart; n++) StartUp.create(fleet, app)
}

const startsNeeded = (fleet: FleetState, app: AppState): number => {
  const room = app.scaling.maxConcurrency - app.counted
  if (app.deleted || room <= 0) return 0
  return Math.max(0, Demand.desired(fleet, app) - app.counted, Math.min(app.marked - app.coming, room))
}

/** Requests whose scaling_delay is over become due (platform rule 3.1). */
const countDue = (fleet: FleetState, app: AppState): void => {
  while (app.notDue !== null && app.notDue.enteredAtMs + app.scalingDelayMs <= fleet.nowMs) {
    app.notDue.isDue = true
    app.due++
    app.notDue = app.notDue.nextPeer
  }
}

/** scaling_delay was changed: all that wait are looked at again. */
export const recountDue = (fleet: FleetState, app: AppState): void => {
  for (let entry = app.entries.first; entry !== null; entry = entry.nextPeer) entry.isDue = false
  app.due = 0
  app.notDue = app.entries.first
  countDue(fleet, app)
}

/** Platform rule 3.4, step 1. */
export const dropDelayed = (fleet: FleetState, app: AppState): void => {
  while (app.delayed > 0 && Demand.exceedsFloor(app, app.counted) && app.coming > app.marked) {
    Shutdown.stop(fleet, newest(app, isDelayed)!, EndCause.scaledDown)
  }
}

const exceedsMax = (app: AppState): boolean => {
  const max = app.scaling.maxConcurrency
  if (app.marked === 0) return app.counted > max
  return app.counted > max || app.marked > max || (app.marked > app.coming && app.counted >= max)
}

/** Platform rule 3.4, step 2: max_concurrency was lowered. */
const shrinkToMax = (fleet: FleetState, app: AppState): void => {
  const max = app.scaling.maxConcurrency
  while (app.marked > max) Shutdown.stop(fleet, firstMarked(app)!, EndCause.scaledDown)
  while (app.counted > max) Shutdown.stop(fleet, leastMissed(app), EndCause.scaledDown)
  while (app.marked > app.coming && app.counted >= max) Shutdown.stop(fleet, firstMarked(app)!, EndCause.scaledDown)
}

const leastMissed = (app: AppState): Runner =>
  newest(app, isDelayed) ??
  best(app, isIdleUnmarked, longestIdle) ??
  newest(app, isStartingUnverified) ??
  best(app, isRunningUnmarked, fewestInFlight)!

/** The marked runner to stop first: the longest idle, then the one with the fewest in flight (platform rule 8.4). */
export const firstMarked = (app: AppState): Runner | null =>
  best(app, isIdleMarked, longestIdle) ?? best(app, isRunningMarked, fewestInFlight)

type Test = (runner: Runner) => boolean

const isDelayed: Test = (runner) => runner.state === RunnerState.FAILURE_DELAY
const isStartingUnverified: Test = (runner) => isStarting(runner.state) && !runner.verification
const isIdleUnmarked: Test = (runner) => runner.state === RunnerState.IDLE && !runner.marked
const isRunningUnmarked: Test = (runner) => runner.state === RunnerState.RUNNING && !runner.marked
const isIdleMarked: Test = (runner) => runner.state === RunnerState.IDLE && runner.marked
const isRunningMarked: Test = (runner) => runner.state === RunnerState.RUNNING && runner.marked

const longestIdle = (runner: Runner): number => runner.loadSinceMs
const fewestInFlight = (runner: Runner): number => runner.inFlight

const newest = (app: AppState, test: Test): Runner | null => {
  let runner = app.lastRunner
  while (runner !== null && !test(runner)) runner = runner.prev
  return runner
}

/** The runner with the least `measure`, ties by lowest number. */
const best = (app: AppState, test: Test, measure: (runner: Runner) => number): Runner | null => {
  let found: Runner | null = null
  for (let runner = app.firstRunner; runner !== null; runner = runner.next) {
    if (test(runner) && (found === null || measure(runner) < measure(found))) found = runner
  }
  return found
}
