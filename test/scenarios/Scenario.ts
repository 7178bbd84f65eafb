import type { Revision, Scaling } from "@ebb/core/domain/App"
import type { RolloutReport } from "@ebb/core/domain/RolloutReport"
import type { Submission } from "@ebb/core/fleet/Intake"
import type { ScalePatch } from "@ebb/core/fleet/Scale"

/** Seconds; t = 0 is the moment of the command in every example of the platform rules. */
type Seconds = number

/** What a scenario may do, whichever world it runs in. Runners and requests are named by number: r1, q1. */
export interface Stage {
  readonly submit: (at: Seconds, service: Seconds, how?: Partial<Submission> & { readonly kind?: 0 | 1 | 2 }) => void
  readonly cancel: (at: Seconds, request: number) => void
  readonly rollout: (at: Seconds, how?: { readonly force?: boolean; readonly order?: "replace_first" }) => void
  readonly scale: (at: Seconds, patch: ScalePatch) => void
  readonly kill: (at: Seconds, runner: number) => void
  readonly setSecret: (at: Seconds) => void
  /** The set-ups of these runners, first to last, fail at their end. */
  readonly failSetUps: (from: number, to: number) => void
  /** The set-up of one runner takes so long instead of 8 s. */
  readonly slowSetUp: (runner: number, takes: Seconds) => void
  /** Notes a value under a name when its time comes. */
  readonly note: (at: Seconds, name: string, value: () => unknown) => void
  readonly view: View
}

/** What can be looked at from a note. */
export interface View {
  readonly stateOf: (runner: number) => string
  readonly alive: () => number
  readonly countdown: (runner: number) => number | null
  readonly environmentOf: (runner: number) => number
  /** Of the whole app so far. */
  readonly billableSeconds: () => number
  readonly attemptsOf: (request: number) => number
  readonly counts: () => { readonly counted: number; readonly marked: number; readonly pendingPlaced: number }
}

/** What came of it from t = 0 on: `t what` lines, the rollouts' reports, the notes. */
export interface Played {
  readonly log: ReadonlyArray<string>
  readonly reports: ReadonlyArray<RolloutReport>
  readonly notes: Readonly<Record<string, unknown>>
}

/** One worked example of the platform rules. */
export interface Scenario {
  readonly label: string
  readonly scaling?: Partial<Scaling>
  readonly revision?: Partial<Revision>
  /** GPUs that the team has; unlimited when absent. */
  readonly capacity?: number
  /** So many runners are IDLE before t = 0, and each has had a request; the numbers of requests in the log do not count those. */
  readonly warm?: number
  /** When the app is added; with warm runners long before t = 0. */
  readonly startsAt?: Seconds
  readonly until: Seconds
  readonly play: (stage: Stage) => void
  readonly check: (played: Played) => void
}
