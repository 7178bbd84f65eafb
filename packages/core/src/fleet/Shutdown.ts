import { EndCause } from "../tables/EndCause.ts"
import type { Runner } from "../tables/Records.ts"
import { hasNoProcess, isServing, RunnerState } from "../tables/RunnerState.ts"
import * as CapacityRule from "./Capacity.ts"
import { TimerKind } from "./FleetPort.ts"
import type { FleetState } from "./FleetState.ts"
import * as Ledger from "./Ledger.ts"
import * as Lifecycle from "./Lifecycle.ts"
import * as Realtime from "./Realtime.ts"
import * as Retry from "./Retry.ts"
import * as Slots from "./Slots.ts"
import * as Verification from "./Verification.ts"

const { DOCKER_PULL, DRAINING, FAILURE_DELAY, IDLE, PENDING, RUNNING, SETUP, TERMINATED, TERMINATING } = RunnerState

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
  Lifecycle.move(fleet, runner, runner.inFlight > 0 ? DRAINING : TERMINATING)
  fleet.port.terminate(runner)
  fleet.port.wake(TimerKind.grace, runner.slot, runner.epoch, fleet.nowMs + graceMs)
  Realtime.closeIdle(fleet, runner)
}

const leaveService = (runner: Runner): void => {
  Slots.delist(runner)
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

/** `gone`: nothing of the runner is left in the world, so no exit will be reported. */
const end = (fleet: FleetState, runner: Runner, gone: boolean): void => {
  Slots.delist(runner)
  runner.endedAtMs = fleet.nowMs
  Lifecycle.move(fleet, runner, TERMINATED)
  runner.app.removeRunner(runner)
  Verification.runnerEnded(fleet, runner)
  Ledger.memberEnded(fleet, runner)
  if (!runner.granted) CapacityRule.leaveLine(runner)
  if (gone || !fleet.options.exitsReported) freeMachine(fleet, runner)
}

const freeMachine = (fleet: FleetState, runner: Runner): void => {
  if (runner.granted) CapacityRule.release(runner)
  fleet.runners.release(runner)
}
