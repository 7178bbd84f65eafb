import type { AppState, Request, RolloutRecord, Runner } from "../tables/Records.ts"
import type { RevisionState } from "../tables/RevisionState.ts"

/** The timers that the Fleet asks its world for; each comes back through `Fleet.timer`. */
export const TimerKind = {
  startup: 0,
  grace: 1,
  failureDelay: 2,
  retry: 3,
  startTimeout: 4,
  requestTimeout: 5,
  waitLimit: 6,
  due: 7,
  expiry: 8,
  health: 9,
  look: 10,
  settled: 11,
  pause: 12,
  portion: 13
} as const
export type TimerKind = (typeof TimerKind)[keyof typeof TimerKind]

/** Whose timer a kind is: what its `slot` and `epoch` name. */
export const timerOwners: Readonly<Record<TimerKind, "runner" | "request" | "app">> = {
  [TimerKind.startup]: "runner",
  [TimerKind.grace]: "runner",
  [TimerKind.failureDelay]: "runner",
  [TimerKind.retry]: "request",
  [TimerKind.startTimeout]: "request",
  [TimerKind.requestTimeout]: "app",
  [TimerKind.waitLimit]: "app",
  [TimerKind.due]: "app",
  [TimerKind.expiry]: "app",
  [TimerKind.health]: "runner",
  [TimerKind.look]: "app",
  [TimerKind.settled]: "runner",
  [TimerKind.pause]: "app",
  [TimerKind.portion]: "app"
}

/** A health check at its regular time, or on demand of an answer; a TCP check after an answer that casts doubt (platform rule 7). */
export type Check = "regular" | "on_demand" | "tcp"

/**
 * What happened to a rollout; recovered: the slots ready are as many as before it; measured: its window has ended since it
 * finished, or the last request of that has its outcome (platform rule 8.7). What is told as measured decides nothing, and is
 * no part of a journal.
 */
export type RolloutChange = "begun" | "escalated" | "finished" | "recovered" | "measured"

/**
 * Does with runners what the Fleet wants done; what becomes of it goes back into the Fleet as inputs, later: none of these
 * calls may call back into the Fleet. Their time is that of the Fleet's present input.
 *
 * A record passed here is valid during the call; to answer later a driver keeps its `slot` and `epoch`.
 */
export interface RunnerDriver {
  /** Start this runner: place it, pull its image, set it up; report each stage. */
  start(runner: Runner): void
  /** Run this request on this runner; report its answer or failure under the request's slot and epoch. */
  send(request: Request, runner: Runner): void
  /** Tell the app on this runner that the caller does not want the answer any more. */
  cancel(request: Request, runner: Runner): void
  /** The graceful signal, SIGTERM. */
  terminate(runner: Runner): void
  /** SIGKILL, or giving up the start. */
  kill(runner: Runner): void
  /** Check this runner once, now: one that takes longer than `limitMs` has failed. Report through `Fleet.checked`. */
  check(runner: Runner, check: Check, limitMs: number): void
  /** Close this realtime session with a WebSocket close code. */
  close(session: Request, code: number): void
  /** A runner has come to the state it is in now. */
  runnerChanged(runner: Runner): void
}

/** What the Fleet asks of its world: its runners driven, its timers kept, and what it decided told. */
export interface FleetPort extends RunnerDriver {
  /** This request has its outcome: `outcome`, `status` and `errorType` are set. It is forgotten after the call. */
  settle(request: Request): void
  /** Call `Fleet.timer` with these three at `atMs`. */
  wake(kind: TimerKind, slot: number, epoch: number, atMs: number): void
  /** A rollout began, was escalated, finished, recovered its slots or was measured. */
  rolloutChanged(rollout: RolloutRecord, how: RolloutChange): void
  /** A revision took over, or its deploy was given up (platform rule 9). */
  deployChanged(app: AppState, revision: RevisionState, how: "switched" | "aborted"): void
}
