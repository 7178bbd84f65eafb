import type { AppState } from "../tables/AppState.ts"
import { LaneIndex } from "../tables/Request.ts"
import { EndCause, type Runner } from "../tables/Runner.ts"
import { isStarting, RunnerState } from "../tables/RunnerState.ts"
import type { FleetState } from "./FleetState.ts"
import * as KeepAlive from "./KeepAlive.ts"
import * as Lifecycle from "./Lifecycle.ts"

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
const desired = (fleet: FleetState, app: AppState): number => {
  const due = fleet.queuesHeld ? Math.min(app.due, app.lanes[LaneIndex.direct].length) : app.due
  return target(app, app.inFlight + due)
}

/** Brings the app's runners to what the formula asks for: first down, then up (platform rule 3.2). */
export const run = (fleet: FleetState, app: AppState): void => {
  if (app.notDue !== null) countDue(fleet, app)
  if (app.delayed > 0) dropDelayed(fleet, app)
  if (exceedsMax(app)) shrinkToMax(fleet, app)
  KeepAlive.run(fleet, app)
  const toStart = startsNeeded(fleet, app)
  for (let n = 0; n < toStart; n++) Lifecycle.create(fleet, app)
}

const startsNeeded = (fleet: FleetState, app: AppState): number => {
  const room = app.scaling.maxConcurrency - app.counted
  if (app.deleted || room <= 0) return 0
  return Math.max(0, desired(fleet, app) - app.counted, Math.min(app.marked - app.coming, room))
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
  while (app.delayed > 0 && exceedsFloor(app, app.counted) && app.coming > app.marked) {
    Lifecycle.stop(fleet, newest(app, isDelayed)!, EndCause.scaledDown)
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
  while (app.marked > max) Lifecycle.stop(fleet, firstMarked(app)!, EndCause.scaledDown)
  while (app.counted > max) Lifecycle.stop(fleet, leastMissed(app), EndCause.scaledDown)
  while (app.marked > app.coming && app.counted >= max) Lifecycle.stop(fleet, firstMarked(app)!, EndCause.scaledDown)
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
