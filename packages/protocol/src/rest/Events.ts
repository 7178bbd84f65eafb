import { Schema } from "effect"
import { Summary } from "@ebb/core/domain/Measures"
import { byKey, settingsWith } from "@ebb/core/domain/Settings"
import { FaultView, RolloutSummary, RunnerStateName } from "./Shapes.ts"

const { Array: List, Boolean, Finite, Int, NullOr, Record, String, Struct, optionalKey } = Schema

/** What a rollout by force would do at this moment: runners killed, requests in flight that fail or go back into the line. */
export const ForceCost = Struct({ runners: Int, errors: Int, retries: Int })
export type ForceCost = typeof ForceCost.Type

/** The settings in force that are scaled while an app runs. */
export const ScalingView = Struct(byKey(settingsWith({ isScaled: true }), () => Int))
export type ScalingView = typeof ScalingView.Type

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
  latencyMs: NullOr(Summary),
  force: ForceCost,
  faults: List(FaultView),
  scaling: ScalingView
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
  /** When it should be ready, by the last starts of its revision; null unless it is starting, and when there were none. */
  expectedReadyMs: NullOr(Finite),
  /** When SIGKILL will come; null unless it is ending. */
  graceEndsMs: NullOr(Finite),
  rollouts: List(String)
})
export type RunnerView = typeof RunnerView.Type

/** An app over the last minutes, a column a measure; at most one moment a second, none while nothing changed. */
export const AppHistory = Struct({
  alias: String,
  atMs: List(Finite),
  inFlight: List(Int),
  waiting: List(Int),
  slotsReady: List(Int),
  p50Ms: List(NullOr(Finite)),
  p99Ms: List(NullOr(Finite)),
  errored: List(Int)
})
export type AppHistory = typeof AppHistory.Type

/**
 * The first message of the event stream: all there is. It comes again where a listener did not read for so long that what it
 * missed is remembered no more. `seq` rises from message to message, and every listener to the
 * sandbox gets the same state under the same number; it starts again with the sandbox.
 */
export const Snapshot = Struct({
  type: Schema.Literal("snapshot"),
  seq: Int,
  atMs: Finite,
  apps: List(AppView),
  runners: List(RunnerView),
  rollouts: List(RolloutSummary),
  history: optionalKey(List(AppHistory))
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
