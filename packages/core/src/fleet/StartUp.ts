import { EndCause } from "../tables/EndCause.ts"
import { type AppState, Runner } from "../tables/Records.ts"
import type { RevisionState } from "../tables/RevisionState.ts"
import { RunnerState } from "../tables/RunnerState.ts"
import * as Backoff from "./Backoff.ts"
import * as CapacityRule from "./Capacity.ts"
import { TimerKind } from "./FleetPort.ts"
import type { FleetState } from "./FleetState.ts"
import * as Health from "./Health.ts"
import * as Lifecycle from "./Lifecycle.ts"
import * as Slots from "./Slots.ts"

const { DOCKER_PULL, FAILURE_DELAY, IDLE, PENDING, SETUP } = RunnerState

/** Creates a runner of the app's current revision, held back when back-off is owed (platform rules 2.2, 2.4). */
export const create = (fleet: FleetState, app: AppState): Runner => {
  const runner = newRunner(fleet, app, app.revision)
  const delayMs = Backoff.delayOwedMs(app)
  if (delayMs > 0) {
    Lifecycle.begin(fleet, runner, FAILURE_DELAY)
    fleet.port.wake(TimerKind.failureDelay, runner.slot, runner.epoch, fleet.nowMs + delayMs)
  } else {
    Lifecycle.begin(fleet, runner, PENDING)
    takeUp(fleet, runner)
  }
  return runner
}

/** Creates the first runner of a revision under deploy, whatever demand and back-off say (platform rule 9). */
export const createVerification = (fleet: FleetState, app: AppState, revision: RevisionState): Runner => {
  const runner = newRunner(fleet, app, revision)
  runner.verification = true
  Lifecycle.begin(fleet, runner, PENDING)
  takeUp(fleet, runner)
  return runner
}

const newRunner = (fleet: FleetState, app: AppState, revision: RevisionState): Runner => {
  const { runners } = fleet
  const runner = runners.take() ?? runners.add(new Runner(runners.nextSlot, app))
  runner.number = ++fleet.runnersMade
  runner.app = app
  runner.revision = revision
  runner.createdAtMs = fleet.nowMs
  runner.setupAtMs = 0
  runner.startupDeadlineMs = 0
  runner.environment = 0
  runner.machineTypes = machineTypesOf(runner)
  runner.machineType = 0
  runner.granted = false
  runner.inFlight = 0
  runner.used = false
  runner.marked = false
  runner.replaced = false
  runner.settling = false
  runner.verification = false
  runner.signalledAtMs = null
  runner.endCause = EndCause.none
  runner.graceExceeded = false
  runner.killed = false
  runner.lostRequests = false
  runner.billableMs = 0
  runner.healthFailures = 0
  runner.hints = null
  runner.memberships = null
  app.totals.runnersCreated++
  app.addRunner(runner)
  return runner
}

/** Those in force now; a revision under deploy has its own (platform rule 11). */
const machineTypesOf = ({ app, revision }: Runner): ReadonlyArray<string> =>
  revision === app.revision ? app.settings.machineTypes : revision.settings.machineTypes

/** Its start is issued: the environment and the machine types are those of now (platform rules 10, 11). */
const takeUp = (fleet: FleetState, runner: Runner): void => {
  runner.environment = runner.app.environment
  runner.machineTypes = machineTypesOf(runner)
  CapacityRule.wait(runner)
}

/** FAILURE_DELAY is over, or was lifted. */
export const wakeDelayed = (fleet: FleetState, runner: Runner): void => {
  Lifecycle.move(fleet, runner, PENDING)
  takeUp(fleet, runner)
}

/** A start succeeded, or the operator has just changed something: nobody waits any longer (platform rule 2.4). */
export const liftBackoff = (fleet: FleetState, app: AppState): void => {
  Backoff.reset(app)
  if (app.delayed === 0) return
  for (let runner = app.firstRunner; runner !== null; runner = runner.next) {
    if (runner.state === FAILURE_DELAY) wakeDelayed(fleet, runner)
  }
}

/** PENDING is over: the machine is placed. */
export const placed = (fleet: FleetState, runner: Runner, cached: boolean): void => {
  if (cached) enterSetup(fleet, runner)
  else Lifecycle.move(fleet, runner, DOCKER_PULL)
}

/** The image is pulled, or was cached: the startup clock begins (platform rule 2.3). */
export const enterSetup = (fleet: FleetState, runner: Runner): void => {
  Lifecycle.move(fleet, runner, SETUP)
  const { startupTimeoutSeconds } = runner.verification ? runner.revision.settings : runner.app.settings
  runner.setupAtMs = fleet.nowMs
  runner.startupDeadlineMs = fleet.nowMs + startupTimeoutSeconds * 1000
  fleet.port.wake(TimerKind.startup, runner.slot, runner.epoch, runner.startupDeadlineMs)
}

/** Set-up returned and the port is open: the runner serves. After a verification runner the switch resets the back-off. */
export const ready = (fleet: FleetState, runner: Runner): void => {
  runner.loadSinceMs = fleet.nowMs
  Lifecycle.move(fleet, runner, IDLE)
  if (!runner.verification) liftBackoff(fleet, runner.app)
  Slots.enlist(runner)
  Health.begin(fleet, runner)
}
