/** The states of a runner (platform rule 2.1), as dense integers. */
export const RunnerState = {
  PENDING: 0,
  DOCKER_PULL: 1,
  SETUP: 2,
  FAILURE_DELAY: 3,
  IDLE: 4,
  RUNNING: 5,
  DRAINING: 6,
  TERMINATING: 7,
  TERMINATED: 8
} as const
export type RunnerState = (typeof RunnerState)[keyof typeof RunnerState]

/** The name of each state, by its integer. */
export const runnerStateNames = [
  "PENDING",
  "DOCKER_PULL",
  "SETUP",
  "FAILURE_DELAY",
  "IDLE",
  "RUNNING",
  "DRAINING",
  "TERMINATING",
  "TERMINATED"
] as const

/** PENDING, DOCKER_PULL and SETUP. */
export const isStarting = (state: RunnerState): boolean => state <= RunnerState.SETUP

/** PENDING, DOCKER_PULL and FAILURE_DELAY: nothing that could get a signal. */
export const hasNoProcess = (state: RunnerState): boolean =>
  state === RunnerState.PENDING || state === RunnerState.DOCKER_PULL || state === RunnerState.FAILURE_DELAY

/** IDLE and RUNNING: takes requests while a slot is free. */
export const isServing = (state: RunnerState): boolean => state === RunnerState.IDLE || state === RunnerState.RUNNING

/** DRAINING and TERMINATING. */
export const isEnding = (state: RunnerState): boolean =>
  state === RunnerState.DRAINING || state === RunnerState.TERMINATING

/** Starting and serving: what a rollout restarts (platform rule 1). */
export const isActive = (state: RunnerState): boolean => isStarting(state) || isServing(state)

/** Billed states (platform rules 2.1 and 12). */
export const isBillable = (state: RunnerState): boolean =>
  state === RunnerState.SETUP || (state >= RunnerState.IDLE && state <= RunnerState.TERMINATING)
