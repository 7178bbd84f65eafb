import { isEnding, isServing, isStarting, RunnerState } from "../tables/RunnerState.ts"
import type { Runner } from "../tables/Records.ts"
import type { FleetState } from "./FleetState.ts"
import * as Ledger from "./Ledger.ts"

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

/** A new runner comes to its first state. */
export const begin = (fleet: FleetState, runner: Runner, state: RunnerState): void => {
  runner.state = state
  runner.stateSinceMs = fleet.nowMs
  count(runner, state, 1)
  fleet.port.runnerChanged(runner)
}

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
  if (!isServing(runner.state)) {
    runner.marked = false
    settled(runner)
  }
  count(runner, runner.state, 1)
  if (isServing(from) !== isServing(runner.state)) Ledger.slotsChanged(fleet, runner.app)
}

/** From now on it counts as available, or it is gone. */
export const settled = (runner: Runner): void => {
  if (runner.settling) runner.app.settling--
  runner.settling = false
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

/** The last request in flight has left the runner. */
export const emptied = (fleet: FleetState, runner: Runner): void => {
  if (runner.state === RUNNING) move(fleet, runner, IDLE)
  else if (runner.state === DRAINING) move(fleet, runner, TERMINATING)
}
