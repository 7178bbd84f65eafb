import type { Request, Runner } from "../tables/Records.ts"
import { isServing, RunnerState } from "../tables/RunnerState.ts"
import type { FleetState } from "./FleetState.ts"
import * as Lifecycle from "./Lifecycle.ts"

/** A serving runner with a free slot can be chosen again. */
export const enlist = (runner: Runner): void => {
  const app = runner.app
  if (!isServing(runner.state) || runner.verification || runner.inFlight >= app.maxMultiplexing) return
  const group = runner.marked ? app.freeMarked : app.free
  group.listFor(runner).insert(runner)
}

/** The same for many: in the order in which they stand in a list of free ones, each is put at its end. */
export const enlistAll = (runners: ReadonlyArray<Runner>): void => inOrder(runners).forEach(enlist)

/** By how long they have been at their load, then by number. */
export const inOrder = (runners: ReadonlyArray<Runner>): ReadonlyArray<Runner> =>
  runners.toSorted((a, b) => a.loadSinceMs - b.loadSinceMs || a.number - b.number)

export const delist = (runner: Runner): void => {
  if (runner.free !== null) runner.free.remove(runner)
}

/** An attempt takes a slot. */
export const occupy = (fleet: FleetState, request: Request, runner: Runner): void => {
  delist(runner)
  runner.requests.add(request)
  runner.inFlight++
  runner.used = true
  runner.loadSinceMs = fleet.nowMs
  request.app.inFlight++
  request.app.attempts.insert(request)
  if (runner.state === RunnerState.IDLE) Lifecycle.move(fleet, runner, RunnerState.RUNNING)
  enlist(runner)
  noteMarked(runner)
}

/** Among the marked ones it is found by its load. */
export const noteMarked = (runner: Runner): void => {
  if (runner.marked && runner.inFlight > 0) runner.app.busyMarked.note(runner, runner.app.marked)
}

/** Ends an attempt: its slot is free at once. The caller says what becomes of the request and of an emptied runner. */
export const vacate = (fleet: FleetState, request: Request): void => {
  const runner = request.runner!
  delist(runner)
  runner.requests.remove(request)
  runner.inFlight--
  runner.loadSinceMs = fleet.nowMs
  request.app.attempts.remove(request)
  if (runner.signalledAtMs === null) request.app.inFlight--
  request.previousRunner = runner.number
  request.runner = null
  request.epoch++
  noteMarked(runner)
}

/** An attempt or a session has left the runner: its last one lets it rest or tear down, and its slot is on offer. */
export const freed = (fleet: FleetState, runner: Runner): void => {
  if (runner.inFlight === 0) Lifecycle.emptied(fleet, runner)
  enlist(runner)
}
