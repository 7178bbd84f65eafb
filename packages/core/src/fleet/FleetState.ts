import type { AppState, Request, RolloutRecord, Runner } from "../tables/Records.ts"
import { RequestStage } from "../tables/RequestState.ts"
import { CapacityPool } from "../tables/CapacityPool.ts"
import { Pool } from "../tables/Pool.ts"
import type { UnfinishedStep } from "../tables/UnfinishedStep.ts"
import type { FleetPort } from "./FleetPort.ts"
import { type Scalers, scalers } from "./scaler/Scalers.ts"
import { type Strategies, strategies } from "./strategy/Strategies.ts"

/** How this Fleet's world behaves. */
export interface FleetOptions {
  /** The exit of a killed runner is reported later, and only then is its machine free (live); else at once (virtual). */
  readonly exitsReported: boolean
  /** Of more rollouts, or large ones, the oldest are forgotten once all of them is measured; without it, none. */
  readonly rolloutsKept?: number
  /**
   * No more runners are told to end, started or given a machine in one input, and no more requests sent, or ended with their app:
   * a step that takes more goes on in further inputs at the same instant (live, where everybody else waits for the end of an
   * input). Without it each step is one input.
   */
  readonly runnersAtOnce?: number
  /**
   * How many rollouts of an app are followed until their slots are back, though others have begun since. A new Fleet has a number
   * of its own; one that was read from a text without it followed none.
   */
  readonly recoveriesFollowed?: number
  /** Ways of rolling and scalers in place of the platform's, by their names. */
  readonly strategies?: Partial<Strategies>
  readonly scalers?: Partial<Scalers>
}

/** More are not worth their memory: a sandbox may have any number of rollouts after which fewer slots are wanted. */
export const recoveriesFollowed = 8

/** The memory of a Fleet: what its rules read and change. */
export class FleetState {
  readonly port: FleetPort
  readonly options: FleetOptions
  nowMs = 0
  /** Queued requests that wait are not dispatched any more (platform rule 4.2). */
  queuesHeld = false
  readonly apps: Array<AppState> = []
  readonly requests = new Pool<Request>()
  readonly runners = new Pool<Runner>()
  /** Shared and immutable. */
  readonly strategies: Strategies
  readonly scalers: Scalers
  readonly pools = new Map<string, CapacityPool<Runner>>()
  requestsMade = 0
  runnersMade = 0
  rolloutsMade = 0
  sends = 0
  /** By the slot of its app, what is left of a large step; absent where each step is one input. Journals have that name. */
  declare readonly restarts?: Map<number, UnfinishedStep>
  readonly rollouts: Array<RolloutRecord> = []

  constructor(port: FleetPort, options: FleetOptions) {
    this.port = port
    this.options = { recoveriesFollowed, ...options }
    this.strategies = { ...strategies, ...options.strategies }
    this.scalers = { ...scalers, ...options.scalers }
    if (options.runnersAtOnce !== undefined) this.restarts = new Map()
  }

  /** The requests of an app without an outcome yet, in order of acceptance. */
  requestsOf(app: AppState): ReadonlyArray<Request> {
    const open = this.requests.all.filter((request) => request.app === app && request.stage !== RequestStage.free)
    return open.sort((a, b) => a.number - b.number)
  }

  pool(team: string): CapacityPool<Runner> {
    let pool = this.pools.get(team)
    if (pool === undefined) this.pools.set(team, (pool = new CapacityPool<Runner>(team)))
    return pool
  }
}
