import type { Capacity, Cost, InFlight, RunnerSeconds, Summary } from "@ebb/core/domain/Measures"
import type { RolloutReport } from "@ebb/core/domain/RolloutReport"

/** One measure by the window in which its request was submitted; null where no request was. */
export interface Windows {
  readonly whole: Summary | null
  readonly before: Summary | null
  readonly during: Summary | null
  readonly after: Summary | null
}

/** A run cut into equal steps; one number a step (slots, requests: the last value in the step; errors: how many in it). */
export interface Timeline {
  readonly stepMs: number
  readonly slotsReady: ReadonlyArray<number>
  readonly inFlight: ReadonlyArray<number>
  readonly waiting: ReadonlyArray<number>
  readonly errors: ReadonlyArray<number>
}

/** Everything measured in one run: one mode, one seed (docs/measures.md). */
export interface RunMeasures {
  readonly requests: {
    readonly accepted: number
    readonly completed: number
    readonly errored: number
    readonly cancelled: number
    readonly pending: number
  }
  readonly inFlight: InFlight
  readonly errorsByType: Readonly<Record<string, number>>
  readonly latencyMs: Windows
  readonly queueWaitMs: Windows
  readonly capacity: Capacity
  readonly graceNeededMs: number | null
  /**
   * How long each request in flight when the first rollout signalled its runner would still have taken, in order;
   * Infinity on a runner that hangs. Empty by force, and where nobody knows.
   */
  readonly remainingMs: ReadonlyArray<number>
  readonly coldStarts: number
  readonly runnerSeconds: RunnerSeconds
  readonly cost: Cost
  /** Work on attempts that ended with their runner, in seconds, and what the slots cost meanwhile. */
  readonly lostWork: { readonly seconds: number; readonly amount: number | null }
  readonly rollouts: ReadonlyArray<RolloutReport>
  /** The moment of the first rollout on the timeline, in every mode. */
  readonly rolloutAtMs: number
  readonly timeline: Timeline
}
