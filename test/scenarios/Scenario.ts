import type { SessionEvent } from "@ebb/core/fleet/Realtime"
import type { Revision, Scaling } from "@ebb/core/domain/App"
import type { RolloutReport } from "@ebb/core/domain/RolloutReport"
import type { Submission } from "@ebb/core/fleet/Intake"
import type { AnswerControl, BrokenBy } from "@ebb/core/fleet/Answers"
import type { DeployStrategy } from "@ebb/core/fleet/Deploy"
import type { Check } from "@ebb/core/fleet/FleetPort"
import type { FleetOptions } from "@ebb/core/fleet/FleetState"
import type { ScalePatch } from "@ebb/core/fleet/Scale"
import type { Pace } from "@ebb/sim/spec/RunnerPace"

/** Seconds; t = 0 is the moment of the command in every example of the platform rules. */
type Seconds = number

/** What a scenario may do, whichever world it runs in. Runners and requests are named by number: r1, q1. */
export interface Stage {
  readonly submit: (at: Seconds, service: Seconds, how?: Partial<Submission> & { readonly kind?: 0 | 1 | 2 }) => void
  /** The caller cancels it, or (direct) has gone away. */
  readonly cancel: (at: Seconds, request: number, how?: "gone") => void
  /** Its runner answers it now, whatever its service time. */
  readonly answer: (at: Seconds, request: number, status: number, control?: Partial<AnswerControl>) => void
  readonly broken: (at: Seconds, request: number, by: BrokenBy) => void
  readonly session: (at: Seconds, request: number, what: SessionEvent) => void
  readonly rollout: (at: Seconds, how?: { readonly force?: boolean; readonly order?: "replace_first" }) => void
  readonly scale: (at: Seconds, patch: ScalePatch) => void
  readonly kill: (at: Seconds, runner: number) => void
  readonly stop: (at: Seconds, runner: number, how?: "replace") => void
  readonly crash: (at: Seconds, runner: number) => void
  readonly check: (at: Seconds, runner: number, origin: Check, ok: boolean) => void
  readonly deploy: (at: Seconds, how: Deploy) => void
  readonly setRevision: (at: Seconds, revision: number, strategy: DeployStrategy) => void
  readonly remove: (at: Seconds) => void
  readonly flush: (at: Seconds) => void
  readonly holdQueues: (at: Seconds) => void
  readonly capacity: (at: Seconds, gpus: number) => void
  readonly setSecret: (at: Seconds) => void
  /** The set-ups of these runners, first to last, fail at their end. */
  readonly failSetUps: (from: number, to: number) => void
  /** Placing these runners fails at its end. */
  readonly failPlacing: (from: number, to: number) => void
  /** The set-up of one runner takes so long instead of 8 s. */
  readonly slowSetUp: (runner: number, takes: Seconds) => void
  /** Notes a value under a name when its time comes. */
  readonly note: (at: Seconds, name: string, value: () => unknown) => void
  readonly view: View
}

/** A deploy of the app's own revision with some settings changed; detached: it switches before it is verified. */
export interface Deploy {
  readonly strategy: DeployStrategy
  readonly detached?: boolean
  readonly revision?: Partial<Revision>
  /** Values that replace all those in force, as with --reset-scale. */
  readonly scaling?: Partial<Scaling>
}

/** What can be looked at from a note. */
export interface View {
  readonly stateOf: (runner: number) => string
  readonly alive: () => number
  readonly countdown: (runner: number) => number | null
  readonly environmentOf: (runner: number) => number
  readonly machineTypeOf: (runner: number) => string
  readonly isMarked: (runner: number) => boolean
  readonly isReplaced: (runner: number) => boolean
  readonly scaling: () => Scaling
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
  /** Strategies and scalers in place of the platform's. */
  readonly policies?: Pick<FleetOptions, "strategies" | "scalers">
  /** How requests on a runner slow each other down, and how it gets warm. */
  readonly pace?: Pace
  readonly until: Seconds
  readonly play: (stage: Stage) => void
  readonly check: (played: Played) => void
}

/** The lines about requests and rollouts, without those about runners. */
export const requestsAndRollouts = (log: ReadonlyArray<string>): ReadonlyArray<string> =>
  log.filter((line) => !/^[\d.]+ r\d/.test(line))

/** The lines about requests. */
export const ofRequests = (log: ReadonlyArray<string>): ReadonlyArray<string> =>
  log.filter((line) => /^[\d.]+ q/.test(line))

/** The lines about requests that are sent to runners. */
export const sent = (log: ReadonlyArray<string>): ReadonlyArray<string> => log.filter((line) => line.includes(" to r"))
