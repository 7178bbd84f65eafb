import { hasNoProcess, isEnding, isServing, isStarting, RunnerState } from "../tables/RunnerState.ts"
import type { AppState, RevisionState } from "../tables/AppState.ts"
import { EndCause, type Runner } from "../tables/Runner.ts"
import type { FleetState } from "./FleetState.ts"
import { TimerKind } from "./FleetPort.ts"
import * as Backoff from "./Backoff.ts"
import * as CapacityRule from "./Capacity.ts"
import * as Deploy from "./Deploy.ts"
import * as Dispatch from "./Dispatch.ts"
import * as Health from "./Health.ts"
import * as Ledger from "./Ledger.ts"
import * as Realtime from "./Realtime.ts"
import * as Retry from "./Retry.ts"

const { DOCKER_PULL, DRAINING, FAILURE_DELAY, IDLE, PENDING, RUNNING, SETUP, TERMINATED, TERMINATING } = RunnerState

/** The legal transitions of a runner (platform rule 2.2); anything else is a bug. */
const transitions: ReadonlyArray<readonly [from: RunnerState, to: RunnerState]> = [
  [FAILURE_DELAY, PENDING],
  [FAILURE_DELAY, TERMINATED],
  [PENDING, DOCKER_PULL],
  [PENDING, SETUP],
  [PENDING, TERMINATED],
  [DOCKER_PULL, SETUP],
  [DOCKER_PULL, TERMINATED],
  [SETUP, IDLE],
  [SETUP, TERMINATING],
  [SETUP, TERMINATED],
  [IDLE, RUNNING],
  [IDLE, TERMINATING],
  [IDLE, TERMINATED],
  [RUNNING, IDLE],
  [RUNNING, DRAINING],
  [RUNNING, TERMINATED],
  [DRAINING, TERMINATING],
  [DRAINING, TERMINATED],
  [TERMINATING, TERMINATED]
]

const stateCount = 9
const isLegal = new Uint8Array(stateCount * stateCount)
for (const [from, to] of transitions) isLegal[from * stateCount + to] = 1

/** Moves a runner to another state and keeps the app's counts true. */
export const move = (fleet: FleetState, runner: Runner, to: RunnerState): void => {
  const from = runner.state
  if (isLegal[from * stateCount + to] === 0) throw new Error(`runner ${runner.number}: no transition ${from} to ${to}`)
  Ledger.runnerTime(fleet, runner)
  runner.state = to
  runner.stateSinceMs = fleet.nowMs
  // What is counted stays the same between IDLE and RUNNING.
  if (!isServing(from) || !isServing(to)) recount(fleet, runner, from)
  fleet.port.runnerChanged(runner)
}

const recount = (fleet: FleetState, runner: Runner, from: RunnerState): void => {
  count(runner, from, -1)
  if (!isServing(runner.state)) runner.marked = false
  count(runner, runner.state, 1)
  if (isServing(from) !== isServing(runner.state)) Ledger.slotsChanged(fleet, runner.app)
}

const count = (runner: Runner, state: RunnerState, by: 1 | -1): void => {
  const app = runner.app
  if (isServing(state)) {
    if (runner.marked) app.marked += by
    else app.serving += by
  } else if (isStarting(state)) {
    if (!runner.verification) app.starting += by
  } else if (state === FAILURE_DELAY) app.delayed += by
  else if (isEnding(state)) app.ending += by
  app.recount()
}

/** Creates a runner of the app's current revision, held back when back-off is owed (platform rules 2.2, 2.4). */
export const create = (fleet: FleetState, app: AppState): Runner => {
  const runner = enrol(fleet, app, app.revision)
  const delayMs = Backoff.delayOwedMs(app)
  if (delayMs > 0) {
    begin(fleet, runner, FAILURE_DELAY)
    fleet.port.wake(TimerKind.failureDelay, runner.slot, runner.epoch, fleet.nowMs + delayMs)
  } else {
    begin(fleet, runner, PENDING)
    takeUp(fleet, runner)
  }
  return runner
}

/** Creates the first runner of a revision under deploy, whatever demand and back-off say (platform rule 9). */
export const createVerification = (fleet: FleetState, app: AppState, revision: RevisionState): Runner => {
  const runner = enrol(fleet, app, revision)
  runner.verification = true
  begin(fleet, runner, PENDING)
  takeUp(fleet, runner)
  return runner
}

const enrol = (fleet: FleetState, app: AppState, revision: RevisionState): Runner => {
  const runner = fleet.runners.take()
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

const begin = (fleet: FleetState, runner: Runner, state: RunnerState): void => {
  runner.state = state
  runner.stateSinceMs = fleet.nowMs
  count(runner, state, 1)
  fleet.port.runnerChanged(runner)
}

/** Its start is issued: the environment and the machine types are those of now (platform rules 10, 11). */
const takeUp = (fleet: FleetState, runner: Runner): void => {
  runner.environment = runner.app.environment
  runner.machineTypes = machineTypesOf(runner)
  CapacityRule.wait(runner)
}

/** FAILURE_DELAY is over, or was lifted. */
export const wakeDelayed = (fleet: FleetState, runner: Runner): void => {
  move(fleet, runner, PENDING)
  takeUp(fleet, runner)
}

/** PENDING is over: the machine is placed. */
export const placed = (fleet: FleetState, runner: Runner, cached: boolean): void => {
  if (cached) enterSetup(fleet, runner)
  else move(fleet, runner, DOCKER_PULL)
}

/** The image is pulled, or was cached: the startup clock begins (platform rule 2.3). */
export const enterSetup = (fleet: FleetState, runner: Runner): void => {
  move(fleet, runner, SETUP)
  const { startupTimeoutSeconds } = runner.verification ? runner.revision.settings : runner.app.settings
  runner.setupAtMs = fleet.nowMs
  runner.startupDeadlineMs = fleet.nowMs + startupTimeoutSeconds * 1000
  fleet.port.wake(TimerKind.startup, runner.slot, runner.epoch, runner.startupDeadlineMs)
}

/** Set-up returned and the port is open: the runner serves. After a verification runner the switch resets the back-off. */
export const ready = (fleet: FleetState, runner: Runner): void => {
  runner.loadSinceMs = fleet.nowMs
  move(fleet, runner, IDLE)
  if (!runner.verification) Backoff.reset(fleet, runner.app)
  Dispatch.enlist(runner)
  Health.begin(fleet, runner)
}

/** The graceful signal of platform rule 2.6; a runner that is ending already takes no notice. */
export const stop = (fleet: FleetState, runner: Runner, cause: EndCause): void => {
  switch (runner.state) {
    case FAILURE_DELAY:
    case PENDING:
    case DOCKER_PULL:
      runner.endCause = cause
      return giveUp(fleet, runner)
    case SETUP:
    case IDLE:
    case RUNNING:
      runner.endCause = cause
      return signal(fleet, runner)
  }
}

const signal = (fleet: FleetState, runner: Runner): void => {
  const graceMs = runner.revision.settings.gracePeriodSeconds * 1000
  leaveUnsignalled(fleet, runner)
  if (graceMs === 0) return graceOver(fleet, runner)
  move(fleet, runner, runner.inFlight > 0 ? DRAINING : TERMINATING)
  fleet.port.terminate(runner)
  fleet.port.wake(TimerKind.grace, runner.slot, runner.epoch, fleet.nowMs + graceMs)
  Realtime.closeIdle(fleet, runner)
}

const leaveService = (runner: Runner): void => {
  Dispatch.delist(runner)
  if (isServing(runner.state)) runner.app.inFlight -= runner.inFlight
}

/** Nothing has been started that could get a signal: the world gives up the work. */
const giveUp = (fleet: FleetState, runner: Runner): void => {
  if (runner.granted) fleet.port.kill(runner)
  end(fleet, runner, !runner.granted)
}

/** SIGKILL now: what is in flight is lost at this instant (platform rule 2.2). */
export const kill = (fleet: FleetState, runner: Runner, cause: EndCause): void => {
  if (runner.state === TERMINATED) return
  runner.endCause = cause
  if (hasNoProcess(runner.state)) return giveUp(fleet, runner)
  runner.killed = true
  leaveUnsignalled(fleet, runner)
  sigkill(fleet, runner)
}

/** The grace period is over (platform rule 2.6, step 4). */
export const graceOver = (fleet: FleetState, runner: Runner): void => {
  runner.graceExceeded = true
  sigkill(fleet, runner)
}

const sigkill = (fleet: FleetState, runner: Runner): void => {
  fleet.port.kill(runner)
  Retry.lose(fleet, runner)
  end(fleet, runner, false)
}

const leaveUnsignalled = (fleet: FleetState, runner: Runner): void => {
  if (runner.signalledAtMs !== null) return
  Ledger.signalled(fleet, runner)
  leaveService(runner)
  runner.signalledAtMs = fleet.nowMs
}

/** The process ended by itself (platform rule 2.2), or the exit of a killed one is reported. */
export const exited = (fleet: FleetState, runner: Runner): void => {
  if (runner.state === TERMINATED) return freeMachine(fleet, runner)
  if (runner.state === TERMINATING) return end(fleet, runner, true)
  if (runner.state === SETUP) return startupFailed(fleet, runner, true)
  runner.endCause = EndCause.crashed
  leaveUnsignalled(fleet, runner)
  Retry.lose(fleet, runner)
  end(fleet, runner, true)
}

/** A stage of the start failed or took too long; in PENDING it was the scheduling (platform rule 2.4). */
export const startFailed = (fleet: FleetState, runner: Runner): void => {
  fleet.port.kill(runner)
  if (runner.state !== PENDING) return startupFailed(fleet, runner, false)
  if (!runner.verification) runner.app.schedulingFailures++
  runner.endCause = EndCause.startupFailed
  end(fleet, runner, false)
}

const startupFailed = (fleet: FleetState, runner: Runner, gone: boolean): void => {
  if (!runner.verification) runner.app.startupFailures++
  runner.endCause = EndCause.startupFailed
  end(fleet, runner, gone)
}

/** The last request in flight has left the runner. */
export const emptied = (fleet: FleetState, runner: Runner): void => {
  if (runner.state === RUNNING) move(fleet, runner, IDLE)
  else if (runner.state === DRAINING) move(fleet, runner, TERMINATING)
}

/** `gone`: nothing of the runner is left in the world, so no exit will be reported. */
const end = (fleet: FleetState, runner: Runner, gone: boolean): void => {
  Dispatch.delist(runner)
  runner.endedAtMs = fleet.nowMs
  move(fleet, runner, TERMINATED)
  runner.app.removeRunner(runner)
  Deploy.runnerEnded(fleet, runner)
  Ledger.memberEnded(fleet, runner)
  if (!runner.granted) CapacityRule.leaveLine(runner)
  if (gone || !fleet.options.exitsReported) freeMachine(fleet, runner)
}

const freeMachine = (fleet: FleetState, runner: Runner): void => {
  if (runner.granted) CapacityRule.release(runner)
  fleet.runners.release(runner)
}

/** Stops every runner of an app, in ascending number. */
export const stopAll = (fleet: FleetState, app: AppState, cause: EndCause): void => {
  let runner = app.firstRunner
  while (runner !== null) {
    const next: Runner | null = runner.next
    stop(fleet, runner, cause)
    runner = next
  }
}
