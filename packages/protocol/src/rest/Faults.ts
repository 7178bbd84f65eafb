/** What can be made to happen to a runner. */
export const runnerFaults = ["crash", "hang", "slow"] as const
export type RunnerFaultName = (typeof runnerFaults)[number]

/** What can be made to go wrong with the later starts and teardowns of an app's simulated runners. */
export const startFaults = ["setup_failure", "scheduling_failure", "slow_teardown"] as const

/**
 * What can be made to go wrong at the front door of an app: its queue takes no request, or tells nothing about those that
 * it has. `_failure`: the call is answered with an error status; `_stall`: it is answered only when the fault is over.
 */
export const doorFaults = ["submit_failure", "submit_stall", "poll_failure", "poll_stall"] as const
export type DoorFaultName = (typeof doorFaults)[number]

/** Faults of an app. */
export const appFaults = [...startFaults, ...doorFaults] as const
export type AppFaultName = (typeof appFaults)[number]

/** Statuses that a front door may fail with. */
export const doorStatuses = [429, 500, 502, 503, 504] as const
export type DoorStatus = (typeof doorStatuses)[number]
