import { Restart } from "../tables/Restart.ts"
import type { AppState, Runner } from "../tables/Records.ts"
import * as Capacity from "./Capacity.ts"
import { TimerKind } from "./FleetPort.ts"
import type { FleetState } from "./FleetState.ts"
import * as Ledger from "./Ledger.ts"
import * as Shutdown from "./Shutdown.ts"
import * as Slots from "./Slots.ts"

// A world whose time goes on by itself stands still for as long as an input takes. So there a step that takes many runners
// goes on in further inputs, at the same instant. To everybody else it is one step: whatever else happens to one of those
// runners happens after its own part of the step, and what concerns the whole app after all of it (platform rule 8.3).

/** How runners are ended, and for which rollouts. */
type Ending = Pick<Restart, "kills" | "cause" | "rollouts">

const end = (fleet: FleetState, runner: Runner, { cause, kills }: Ending): void => {
  if (kills) Shutdown.kill(fleet, runner, cause)
  else Shutdown.stop(fleet, runner, cause)
}

/** Ends these runners: at once or, if they are many, the rest of them after this input; until then they take no request. */
export const begin = (fleet: FleetState, set: ReadonlyArray<Runner>, ending: Ending): void => {
  const { runnersAtOnce = Infinity } = fleet.options
  if (set.length <= runnersAtOnce) {
    for (const runner of set) end(fleet, runner, ending)
    return
  }
  const restart = asked(fleet, set[0]!.app)
  restart.kills = ending.kills
  restart.cause = ending.cause
  restart.rollouts = ending.rollouts
  for (const runner of set) {
    Slots.delist(runner)
    Capacity.leaveLine(runner)
    restart.left.add(runner)
  }
}

/** Asks for the next portion, if it is not on its way. */
const asked = (fleet: FleetState, app: AppState): Restart => {
  const restarts = fleet.restarts!
  const known = restarts.get(app.slot)
  if (known !== undefined) return known
  const restart = new Restart()
  restarts.set(app.slot, restart)
  wake(fleet, app)
  return restart
}

const wake = (fleet: FleetState, { slot }: AppState): void => fleet.port.wake(TimerKind.portion, slot, 0, fleet.nowMs)

/** Some of the runners are still to be told to end: until then the app is neither scaled nor rolled on. */
export const areLeft = (fleet: FleetState, app: AppState): boolean => {
  const { restarts } = fleet
  return restarts !== undefined && restarts.size > 0 && (restarts.get(app.slot)?.left.size ?? 0) > 0
}

/** The next portion has its turn; null: all has been done. */
export const next = (fleet: FleetState, app: AppState): AppState | null => {
  const restart = fleet.restarts?.get(app.slot)
  if (restart === undefined) return null
  let count = fleet.options.runnersAtOnce ?? Infinity
  const isLast = restart.left.size <= count
  // Before anything that this portion makes happen at the same instant.
  if (!isLast) wake(fleet, app)
  for (const runner of restart.left) {
    if (count-- === 0) break
    restart.left.delete(runner)
    end(fleet, runner, restart)
  }
  if (isLast) {
    fleet.restarts?.delete(app.slot)
    over(fleet, restart)
  }
  return app
}

/** Something is about to happen to the whole app: what is left of the step comes first. */
export const finish = (fleet: FleetState, app: AppState): void => {
  const restart = fleet.restarts?.get(app.slot)
  if (restart === undefined) return
  for (const runner of restart.left) end(fleet, runner, restart)
  restart.left.clear()
  over(fleet, restart)
}

/** All runners are told. */
const over = (fleet: FleetState, restart: Restart): void => {
  Ledger.begun(fleet, restart.rollouts)
  restart.rollouts = []
}

/** Something is about to happen to this runner: its own part of the step comes first. True if it had one. */
export const comesFirst = (fleet: FleetState, runner: Runner): boolean => {
  const restart = fleet.restarts?.get(runner.app.slot)
  if (restart === undefined || !restart.left.delete(runner)) return false
  end(fleet, runner, restart)
  if (restart.left.size === 0) over(fleet, restart)
  return true
}

/** So many of those that an app needs are started in this input, the rest after it. */
export const startsNow = (fleet: FleetState, app: AppState, needed: number): number => {
  const { options, restarts } = fleet
  if (options.runnersAtOnce === undefined || needed === 0) return needed
  if (restarts!.has(app.slot)) return 0
  if (needed > options.runnersAtOnce) asked(fleet, app)
  return Math.min(needed, options.runnersAtOnce)
}
