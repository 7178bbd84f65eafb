import type { App } from "@ebb/core/domain/App"
import type { Prices } from "@ebb/core/domain/Machine"
import type { RevisionState } from "@ebb/core/tables/RevisionState"
import type { AuthMode, DeploySaid } from "@ebb/protocol/rest/Shapes"
import type { Profile } from "@ebb/sim/world/Profile"
import type { SpecText } from "@ebb/sim/spec/SpecSchema"
import { AppFaults } from "./AppFaults.ts"
import { RecentLatency } from "./RecentLatency.ts"
import type { RunnerProcesses } from "./LiveDriver.ts"
import type { StartTimes } from "./StartTimes.ts"

/** One deploy of an app. */
export interface LiveRevision {
  readonly id: string
  readonly spec: SpecText
  readonly folder: string
  /** The texts of the files that its runners are drawn from, by their path in the spec. */
  readonly files: Readonly<Record<string, string>>
  /** Null where it said nothing. */
  readonly said: DeploySaid | null
  readonly scaling: App["scaling"]
  readonly prices: Prices
  /** Wall milliseconds since the epoch. */
  readonly createdAtMs: number
  state: "ready" | "failed" | "rolling"
  /** Samples how long things take on its simulated runners. */
  readonly profile: Profile
  /** Runs its runners as processes; null: they are simulated. */
  readonly processes: RunnerProcesses | null
  /** Why none of its simulated runners can start; null: they can. */
  readonly problem: string | null
  readonly startTimes: StartTimes
  /** As the Fleet holds it: its number among the app's revisions and its settings. */
  readonly inFleet: RevisionState
}

/** An app as the outside world knows it. One that was deleted before this run of the sandbox is no part of the Fleet. */
export class NamedApp {
  readonly id: string
  readonly team: string
  readonly env: string
  readonly name: string
  auth: AuthMode
  deleted = false
  revisions: Array<LiveRevision> = []
  readonly faults = new AppFaults()

  constructor(fields: Pick<NamedApp, "id" | "team" | "env" | "name" | "auth">) {
    this.id = fields.id
    this.team = fields.team
    this.env = fields.env
    this.name = fields.name
    this.auth = fields.auth
  }

  /** `demo`, or outside of main `demo--staging`. */
  get alias(): string {
    return this.env === "main" ? this.name : `${this.name}--${this.env}`
  }
}

/** One that the Fleet has known in this run of the sandbox. */
export class LiveApp extends NamedApp {
  /** Its number in the Fleet. */
  readonly slot: number
  regions: ReadonlyArray<string> = []
  /** Its revisions are not listed any more: it went with its environment. */
  forgotten = false
  readonly latency = new RecentLatency()

  constructor(fields: Pick<LiveApp, "id" | "slot" | "team" | "env" | "name" | "auth">) {
    super(fields)
    this.slot = fields.slot
  }

  /** The revision that the Fleet knows by that number. */
  numbered(number: number): LiveRevision {
    for (const revision of this.revisions) if (revision.inFleet.number === number) return revision
    throw new Error(`${this.alias} has no revision number ${number}`)
  }
}
