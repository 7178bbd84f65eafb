import type { App } from "@ebb/core/domain/App"
import type { Prices } from "@ebb/core/domain/Machine"
import type { Sampler } from "../workload/Distribution.ts"
import type { Source } from "../workload/TrafficModel.ts"
import type { Pace } from "./RunnerPace.ts"
import type { FileColumns } from "./SpecFiles.ts"
import type { Mode, SpecText } from "./SpecSchema.ts"

/** How long the stages of a runner take. */
export interface RunnerModel {
  readonly scheduling: Sampler
  readonly dockerPull: { readonly time: Sampler; readonly cached: number }
  readonly setup: Sampler
  readonly teardown: Sampler
  readonly service: Sampler
  /** How requests on one runner slow each other down, and how it gets warm; null: neither. */
  readonly pace: Pace | null
}

/** A fault at its time: on the n-th oldest serving runner, the newest or all; `forMs` null: until it is killed. */
export interface PlannedFault {
  readonly atMs: number
  readonly runner: "oldest" | "newest" | "all" | number
  readonly do: "crash" | "hang" | "slow"
  readonly forMs: number | null
}

/** Probabilities of the faults, and those with a date. */
export interface FaultModel {
  readonly setupFailure: number
  readonly schedulingFailure: number
  readonly crash: Sampler | null
  readonly hang: number
  readonly slowTeardown: number
  readonly plan: ReadonlyArray<PlannedFault>
}

/** A rehearsal, decoded: times in milliseconds, traces loaded. */
export interface RehearsalSpec {
  /** The spec as it was given, `--set` included. */
  readonly text: SpecText
  /** What its files gave. */
  readonly columns: FileColumns
  readonly app: App
  readonly capacity: Readonly<Record<string, number>> | null
  readonly prices: Prices
  readonly runner: RunnerModel
  readonly traffic: ReadonlyArray<Source>
  readonly faults: FaultModel
  readonly rollouts: ReadonlyArray<{ readonly atMs: number; readonly mode: Exclude<Mode, "none"> | null }>
  readonly run: {
    readonly forMs: number
    readonly warmupMs: number
    readonly windowMs: number
    /** `spread`: each seed moves the rollouts to another moment of the window after `at`. */
    readonly moment: "spread" | "fixed"
    readonly seeds: number
    readonly seed: number
    readonly modes: ReadonlyArray<Mode>
  }
}
