import type { Fleet } from "@ebb/core/fleet/Fleet"
import type { RolloutChange } from "@ebb/core/fleet/FleetPort"
import type { History, Submission } from "@ebb/core/fleet/Intake"
import type { RolloutRecord, Runner } from "@ebb/core/tables/Records"
import type { RevisionState } from "@ebb/core/tables/RevisionState"
import type { Profile } from "@ebb/sim/world/Profile"
import type { SimulatedRunners } from "@ebb/sim/world/SimulatedRunners"
import type { Timeline, Timer } from "@ebb/sim/world/Timeline"
import type { Watcher } from "@ebb/sim/world/VirtualWorld"
import type { Clock } from "./Clock.ts"
import type { LiveApp } from "./LiveApp.ts"
import type { LiveRequest, Settled } from "./LiveRequest.ts"
import type { LiveRunner } from "./LiveRunner.ts"
import type { OpenRequests } from "./OpenRequests.ts"
import type { Pacer } from "./Pacer.ts"
import type { LiveDriver, RunnerFault } from "./LiveDriver.ts"
import type { Runners } from "./Runners.ts"

/** The live world as others see it: who is in it, its time, and the way in for inputs of the Fleet. */
export interface World {
  readonly clock: Clock
  readonly pacer: Pacer
  readonly fleet: Fleet
  /** By their number in the Fleet. */
  readonly apps: Array<LiveApp>
  readonly runners: Runners
  readonly requests: OpenRequests
  /** An input of the Fleet from outside, now. */
  readonly input: <A>(run: (fleet: Fleet, nowMs: number) => A) => A
  /** Something that the outside world tells of; once the sandbox is closed nobody listens. */
  readonly tell: (run: (fleet: Fleet, nowMs: number) => void) => void
}

/** Hands requests in. */
export interface Submissions {
  /** False when it is refused. One that takes no time may be settled already. */
  readonly submit: (request: LiveRequest, submission: Submission) => boolean
  /** One that was accepted before the sandbox was restarted. */
  readonly resume: (request: LiveRequest, submission: Submission, history: History) => void
}

/** What an operator may do to runners beside the inputs of the Fleet. */
export interface Operations {
  /** Makes something happen to a runner that is alive. */
  readonly fault: (live: LiveRunner, fault: RunnerFault) => void
  /** Closes the realtime sessions that work on nothing: their callers may stay for ever. */
  readonly closeIdleSessions: () => void
}

/** Measures a run as it goes: told of the Fleet's own records, each valid during the call. */
export interface Measured extends Watcher {
  readonly submitted: (nowMs: number) => void
}

/** What a rehearsal or a dry run looks at. */
export interface Measurable {
  readonly timeline: Timeline
  /** The Fleet's timers that are still to come as of now, to be listed when there is time. */
  readonly timers: () => () => ReadonlyArray<Timer>
  /** Set while a rehearsal measures what happens here. */
  measured: Measured | null
}

/** What simulated runners are in a live world; `nowMs`: when in Fleet time the present event or input is. */
export interface Simulated {
  readonly profile: (runners: Runners, nowMs: () => number) => Profile
  readonly driver: (world: World, runners: SimulatedRunners) => LiveDriver
}

/** Who is told what happens in the live world; none of these may call back into the Fleet. */
export interface LiveWatcher {
  readonly runnerStarts: (runner: LiveRunner) => void
  readonly runnerChanged: (runner: LiveRunner, state: Runner) => void
  readonly sent: (request: LiveRequest, attempt: number) => void
  /** A queued request is in back-off; how many retries it has used up, by condition. */
  readonly retried: (request: LiveRequest, retriesUsed: ReadonlyArray<number>) => void
  readonly settled: (request: LiveRequest, settled: Settled) => void
  readonly rolloutChanged: (rollout: RolloutRecord, how: RolloutChange) => void
  readonly deployChanged: (app: LiveApp, revision: RevisionState, how: "switched" | "aborted") => void
}
