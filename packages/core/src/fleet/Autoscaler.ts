import { EndCause } from "../tables/EndCause.ts"
import type { AppState, Runner } from "../tables/Records.ts"
import { isStarting, RunnerState } from "../tables/RunnerState.ts"
import * as Demand from "./Demand.ts"
import type { FleetState } from "./FleetState.ts"
import * as KeepAlive from "./KeepAlive.ts"
import * as Portions from "./Portions.ts"
import * as Replacing from "./Replacing.ts"
import * as Shutdown from "./Shutdown.ts"
import * as StartUp from "./StartUp.ts"

/** Brings the app's runners to what the formula asks for: first down, then up (platform rule 3.2). */
export const run = (fleet: FleetState, app: AppState): void => {
  if (app.notDue !== null) countDue(fleet, app)
  if (app.delayed > 0) dropDelayed(fleet, app)
  if (exceedsMax(app)) shrinkToMax(fleet, app)
  if (Portions.areLeft(fleet, app)) return
  KeepAlive.run(fleet, app)
  if (Portions.areLeft(fleet, app)) return
  const needed = startsNeeded(fleet, app)
  if (needed === 0) return
  const toStart = Portions.startsNow(fleet, app, needed)
  for (let n = 0; n < toStart; n++) StartUp.create(fleet, app)
}

const startsNeeded = (fleet: FleetState, app: AppState): number => {
  const room = app.scaling.maxConcurrency - app.counted
  if (app.deleted || room <= 0) return 0
  const strategy = Replacing.strategyOf(fleet, app)
  if (strategy === null) return Math.max(0, Demand.desired(fleet, app) - app.counted)
  return Math.min(room, strategy.starts(Replacing.standing(fleet, app), strategy.limits))
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
  if (Portions.areLeft(fleet, app) || !mayDropDelayed(app)) return
  for (const runner of newestFirst(app, isDelayed)) {
    if (!mayDropDelayed(app)) return
    Shutdown.stop(fleet, runner, EndCause.scaledDown)
  }
}

const mayDropDelayed = (app: AppState): boolean =>
  app.delayed > 0 && Demand.exceedsFloor(app, app.counted) && app.coming > app.marked

const exceedsMax = (app: AppState): boolean => {
  const max = app.scaling.maxConcurrency
  if (app.marked === 0) return app.counted > max
  return app.counted > max || app.marked > max || (app.marked > app.coming && app.counted >= max)
}

/** Platform rule 3.4, step 2: max_concurrency was lowered. */
const shrinkToMax = (fleet: FleetState, app: AppState): void => {
  const max = app.scaling.maxConcurrency
  while (app.marked > max) stopFirstMarked(fleet, app)
  if (app.counted > max) stopLeastMissed(fleet, app, max)
  if (Portions.areLeft(fleet, app)) return
  while (app.marked > app.coming && app.counted >= max) stopFirstMarked(fleet, app)
}

const stopFirstMarked = (fleet: FleetState, app: AppState): void =>
  Shutdown.stop(fleet, Replacing.firstMarked(fleet, app)!, EndCause.scaledDown)

const stopLeastMissed = (fleet: FleetState, app: AppState, max: number): void => {
  const inOrder = [
    ...newestFirst(app, isDelayed),
    ...leastFirst(app, isIdleUnmarked, (runner) => runner.loadSinceMs),
    ...newestFirst(app, isStartingUnverified),
    ...leastFirst(app, isRunningUnmarked, (runner) => runner.inFlight)
  ]
  const tooMany = inOrder.slice(0, app.counted - max)
  Portions.begin(fleet, tooMany, { kills: false, cause: EndCause.scaledDown, rollouts: [] })
}

type Test = (runner: Runner) => boolean

const isDelayed: Test = (runner) => runner.state === RunnerState.FAILURE_DELAY
const isStartingUnverified: Test = (runner) => isStarting(runner.state) && !runner.verification
const isIdleUnmarked: Test = (runner) => runner.state === RunnerState.IDLE && !runner.marked
const isRunningUnmarked: Test = (runner) => runner.state === RunnerState.RUNNING && !runner.marked

const newestFirst = (app: AppState, test: Test): ReadonlyArray<Runner> => {
  const found: Array<Runner> = []
  for (let runner = app.lastRunner; runner !== null; runner = runner.prev) if (test(runner)) found.push(runner)
  return found
}

/** By `measure`, ties by lowest number. */
const leastFirst = (app: AppState, test: Test, measure: (runner: Runner) => number): ReadonlyArray<Runner> =>
  newestFirst(app, test).toSorted((a, b) => measure(a) - measure(b) || a.number - b.number)
