import { Schema } from "effect"
import { RolloutOrder, RolloutWay } from "./RolloutWay.ts"
import { Capacity, Cost, ErrorsByType, InFlight, RunnerSeconds, Summary } from "./Measures.ts"

const count = Schema.Natural

/** How the membership of one runner in a rollout ended (platform rule 8.7). */
export const EndedBy = Schema.Literals([
  "drained",
  "idle",
  "startup_cancelled",
  "grace_exceeded",
  "killed",
  "escalated",
  "crashed",
  "expired"
])
export type EndedBy = typeof EndedBy.Type

/** One runner of a rollout's set. `signalAfterMs`: from the start of the rollout to its signal, null without one. `drainMs`: from its signal to its last request's end, the grace period when that cut it. */
export const RolloutRunner = Schema.Struct({
  id: Schema.String,
  stateAtStart: Schema.String,
  inFlightAtStart: count,
  drained: count,
  errored: count,
  retried: count,
  cancelled: count,
  /** Reports of earlier versions have none. */
  signalAfterMs: Schema.optionalKey(Schema.NullOr(Schema.Finite)),
  drainMs: Schema.NullOr(Schema.Finite),
  graceExceeded: Schema.Boolean,
  /** Of `errored` and `retried`, those that were in flight when the runner ended. Reports of earlier versions have none. */
  lost: Schema.optionalKey(count),
  endedBy: Schema.NullOr(EndedBy)
})
export type RolloutRunner = typeof RolloutRunner.Type

/** How many requests the runner's end cut; a report of an earlier version does not tell them from those that timed out before. */
export const lostOf = ({ errored, lost, retried }: Pick<RolloutRunner, "errored" | "lost" | "retried">): number =>
  lost ?? errored + retried

/** What one rollout did to its runners and their requests, the same for virtual and live runs. Times are Fleet milliseconds. */
export const RolloutReport = Schema.Struct({
  version: Schema.Literal(1),
  id: Schema.String,
  app: Schema.String,
  env: Schema.String,
  mode: RolloutWay,
  order: Schema.NullOr(RolloutOrder),
  escalatedAtMs: Schema.optionalKey(Schema.Finite),
  startedAtMs: Schema.Finite,
  finishedAtMs: Schema.NullOr(Schema.Finite),
  state: Schema.Literals(["running", "finished", "interrupted"]),
  inFlight: InFlight,
  /** Messages that were worked on in realtime sessions when these were lost; in `inFlight` each session counts once. */
  messagesLost: Schema.optionalKey(count),
  errorsByType: ErrorsByType,
  runners: Schema.Array(RolloutRunner),
  latencyMs: Schema.NullOr(Summary),
  queueWaitMs: Schema.NullOr(Summary),
  capacity: Capacity,
  graceNeededMs: Schema.NullOr(Schema.Finite),
  coldStarts: count,
  runnerSeconds: RunnerSeconds,
  cost: Cost
})
export type RolloutReport = typeof RolloutReport.Type
