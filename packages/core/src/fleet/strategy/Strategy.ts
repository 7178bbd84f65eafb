/** A number of runners: so many, or a percentage of those wanted. */
export type Share = { readonly count: number } | { readonly percent: number }

/** What a way of rolling promises, in the terms that all platforms have in common. */
export interface Limits {
  /** Runners that may exist on top of those wanted; a percentage is rounded up. */
  readonly surge: Share
  /** Runners that may be missing from those wanted; a percentage is rounded down. */
  readonly unavailable: Share
  /** So long a runner has to have been ready before it counts as available, in milliseconds. */
  readonly minReadyMs: number
  /** Wait between batches once the runners of the last one are available, in milliseconds. */
  readonly pauseMs: number
  /** Runners that are ending count as existing. */
  readonly countTerminating: boolean
  /** `all_ended`: nothing new is started before every old runner has ended. */
  readonly wait: "none" | "all_ended"
}

/** How an app stands in the middle of a rollout. Numbers of runners. */
export interface Standing {
  /** What the scaler wants, and the most that it may. */
  readonly wanted: number
  readonly most: number
  /** Those that serve and are still to be told to stop. */
  readonly old: number
  /** All others that count, starting ones included; how many of them are on their way, how many are available. */
  readonly fresh: number
  readonly coming: number
  readonly available: number
  readonly ending: number
  /** Of the fresh ones: how many have become available in this step. */
  readonly joined: number
}

/**
 * A way of rolling. The Fleet fixes the set and ends starting runners at once; of those that serve it asks after every input
 * how many may go, and how many may come. A strategy that may miss all of them gets none held back.
 */
export interface Strategy {
  readonly limits: Limits
  /** SIGKILL instead of SIGTERM. */
  readonly kills: boolean
  /** How many of the old runners are told to stop now. */
  readonly stops: (standing: Standing, limits: Limits) => number
  /** How many new runners are started now. */
  readonly starts: (standing: Standing, limits: Limits) => number
}
