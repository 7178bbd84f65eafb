import type { RolloutReport } from "@ebb/core/domain/RolloutReport"
import type { RehearsalReport } from "@ebb/sim/RehearsalReport"

/** When things happen in a run: its length, the first rollout and the window in which its effect is measured. */
export interface Moments {
  readonly forMs: number
  /** Null without a rollout. */
  readonly atMs: number | null
  readonly windowEndMs: number | null
}

/** One rollout of one run, to show its runners. */
export interface DrainOfMode {
  readonly mode: string
  readonly rollout: RolloutReport
}

/** All that the page of a finished rehearsal shows. */
export interface RehearsalPage {
  readonly version: string
  readonly report: RehearsalReport
  /** What the spec is called. */
  readonly name: string
  readonly specText: string
  /** The command that does it again. */
  readonly command: string
  readonly moments: Moments
  readonly gracePeriodMs: number
  /** Requests simulated in all runs. */
  readonly requests: number
  readonly elapsedMs: number
  readonly firstSeed: number
  /** The first rollout of each mode in the run of the first seed. */
  readonly drains: ReadonlyArray<DrainOfMode>
}

/** All that the page to play with starts from. */
export interface PlayPage {
  readonly version: string
  readonly name: string
  readonly specText: string
  /** The files that the spec names, by their path in it. */
  readonly files: Readonly<Record<string, string>>
}

/** All that the page of one rollout shows, live or virtual. */
export interface RolloutPage {
  readonly version: string
  readonly rollout: RolloutReport
  readonly gracePeriodMs: number
  /** The command that prints the same report. */
  readonly command: string
}
