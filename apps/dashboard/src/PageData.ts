import type { RolloutReport } from "@ebb/core/domain/RolloutReport"
import type { Grace } from "@ebb/plan/grace/Grace"
import type { Scaling } from "@ebb/plan/scaling/Scaling"
import type * as Way from "@ebb/plan/way/Way"
import type { When } from "@ebb/plan/when/When"
import type { AppHistory } from "@ebb/protocol/rest/Events"
import type { RolloutSummary } from "@ebb/protocol/rest/Shapes"
import type { Film } from "@ebb/sim/film/Film"
import type { RehearsalReport } from "@ebb/sim/report/RehearsalReport"

/** When things happen in a run: its length, the first rollout and the window in which its effect is measured. */
export interface Moments {
  readonly forMs: number
  /** Until then the run fills up; its scales leave that out. */
  readonly warmupMs: number
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
  /** The rollout of the first seed as a film of each mode; none without a rollout. */
  readonly films: ReadonlyArray<Film>
}

/** All that the page to play with starts from. */
export interface PlayPage {
  readonly version: string
  readonly name: string
  readonly specText: string
  /** The files that the spec names, by their path in it. */
  readonly files: Readonly<Record<string, string>>
  /** Where the sandbox is that serves the page; null for a file. */
  readonly home: string | null
}

/** One sentence or two of an answer: the answer itself, what has to be minded, or what else is to be known. */
export interface Said {
  readonly kind: "answer" | "warning" | "reason"
  readonly text: string
}

/** What the parts of a plan found; a part that was not asked for, or has no answer, is not there or null. */
export interface PlanResults {
  readonly grace?: Grace | null
  readonly way?: ReturnType<typeof Way.json> | null
  readonly when?: When | null
  readonly scaling?: Scaling | null
}

/** All that the page of a plan shows. */
export interface PlanPage {
  readonly version: string
  /** What the spec is called. */
  readonly name: string
  /** In which costs are. */
  readonly currency: string
  /** What can never finish. */
  readonly never: string | null
  readonly specText: string
  readonly parts: ReadonlyArray<{ readonly name: string; readonly title: string; readonly said: ReadonlyArray<Said> }>
  readonly results: PlanResults
}

/** What a sandbox remembers of the app around a rollout. */
export interface Around {
  readonly summary: RolloutSummary
  readonly history: AppHistory
  /** Milliseconds of the report for each of the wall. */
  readonly speed: number
}

/** All that the page of one rollout shows, live or virtual. */
export interface RolloutPage {
  readonly version: string
  readonly rollout: RolloutReport
  readonly gracePeriodMs: number
  /** The command that prints the same report. */
  readonly command: string
  /** Null where nobody remembers. */
  readonly around: Around | null
}
