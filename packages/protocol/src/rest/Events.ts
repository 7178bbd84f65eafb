import { Schema } from "effect"
import { Summary } from "@ebb/core/domain/Measures"
import { RolloutSummary, RunnerStateName } from "./Shapes.ts"

const { Array: List, Boolean, Finite, Int, NullOr, Record, String, Struct } = Schema

/** An app at one moment: counts of requests, slots and runners; latencies of the last minute in milliseconds. */
export const AppView = Struct({
  alias: String,
  env: String,
  waiting: Int,
  inFlight: Int,
  slotsReady: Int,
  runners: Int,
  accepted: Int,
  completed: Int,
  errored: Int,
  cancelled: Int,
  errorsByType: Record(String, Int),
  latencyMs: NullOr(Summary)
})
export type AppView = typeof AppView.Type

/** A runner at one moment; times are wall milliseconds since the epoch. */
export const RunnerView = Struct({
  id: String,
  alias: String,
  state: RunnerStateName,
  inFlight: Int,
  machineType: String,
  revision: String,
  marked: Boolean,
  sinceMs: Finite,
  /** When SIGKILL will come; null unless it is ending. */
  graceEndsMs: NullOr(Finite),
  rollouts: List(String)
})
export type RunnerView = typeof RunnerView.Type

/** The first message of the event stream: all there is. */
export const Snapshot = Struct({
  type: Schema.Literal("snapshot"),
  seq: Int,
  atMs: Finite,
  apps: List(AppView),
  runners: List(RunnerView),
  rollouts: List(RolloutSummary)
})
export type Snapshot = typeof Snapshot.Type

/** What changed since the message before; at most 30 a second. `gone`: ids of runners that ended. */
export const Changes = Struct({
  type: Schema.Literal("changes"),
  seq: Int,
  atMs: Finite,
  apps: List(AppView),
  runners: List(RunnerView),
  gone: List(String),
  rollouts: List(RolloutSummary),
  /** Names of apps that were deleted. */
  deleted: List(String)
})
export type Changes = typeof Changes.Type

export const Message = Schema.Union([Snapshot, Changes])
export type Message = typeof Message.Type
