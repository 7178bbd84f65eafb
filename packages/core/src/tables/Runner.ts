import type { AppState, RevisionState } from "./AppState.ts"
import type { MachineLine } from "./CapacityPool.ts"
import type { Pooled } from "./Pool.ts"
import { RequestChain } from "./RequestLists.ts"
import type { Member } from "./RolloutRecord.ts"
import type { FreeRunners } from "./FreeRunners.ts"
import { RunnerState } from "./RunnerState.ts"

/** What set a runner's end in motion. */
export const EndCause = {
  none: 0,
  rollout: 1,
  escalation: 2,
  operator: 3,
  expired: 4,
  scaledDown: 5,
  revision: 6,
  deleted: 7,
  unhealthy: 8,
  requestTimeout: 9,
  answer: 10,
  startupFailed: 11,
  crashed: 12,
  unreachable: 13
} as const
export type EndCause = (typeof EndCause)[keyof typeof EndCause]

/** One compute instance. Times are Fleet milliseconds. */
export class Runner implements Pooled {
  readonly slot: number
  epoch = 0
  /** 1, 2, 3 … in order of creation; never used again. */
  number = 0
  app: AppState
  revision: RevisionState
  state: RunnerState = RunnerState.TERMINATED
  stateSinceMs = 0
  createdAtMs = 0
  setupAtMs = 0
  /** When its set-up has taken too long (platform rule 2.3). */
  startupDeadlineMs = 0
  endedAtMs = 0
  /** Version of the app's environment when this runner was started (platform rule 10). */
  environment = 0
  /** The app's machine types when it was started, and the index of the one it runs on. */
  machineTypes: ReadonlyArray<string>
  machineType = 0
  /** It was given its machine: the world is starting it or has. */
  granted = false
  inFlight = 0
  readonly requests = new RequestChain()
  /** When it came to its present number of requests in flight. */
  loadSinceMs = 0
  /** It has had a request. */
  used = false
  /** To be stopped when a replacement has joined: WILL_REPLACE on the wire. */
  marked = false
  /** It has not been ready for as long as the strategy of the rollout wants. */
  settling = false
  /** It was stopped because its replacement joined: DID_REPLACE on the wire. */
  replaced = false
  /** A deploy's first runner, not counted before the switch (platform rule 9). */
  verification = false
  /** When it got its signal, or was killed or crashed without one. */
  signalledAtMs: number | null = null
  endCause: EndCause = EndCause.none
  graceExceeded = false
  /** It got SIGKILL otherwise than at the end of its grace period. */
  killed = false
  /** Requests were in flight on it when it ended. */
  lostRequests = false
  /** Time in billable states, up to the one it is in. */
  billableMs = 0
  healthFailures = 0
  hints: ReadonlyArray<string> | null = null
  memberships: Array<Member> | null = null

  /** The list of free runners that it stands in. */
  free: FreeRunners | null = null
  /** The line in which it waits for a machine; then it is not among the free ones. */
  line: MachineLine | null = null
  /** Neighbours among the free ones, or in the line for a machine: the fewer fields, the more runners a processor keeps at hand. */
  prevPeer: Runner | null = null
  nextPeer: Runner | null = null
  /** Neighbours among all runners of its app, by number. */
  prev: Runner | null = null
  next: Runner | null = null

  constructor(slot: number, app: AppState) {
    this.slot = slot
    this.app = app
    this.revision = app.revision
    this.machineTypes = app.settings.machineTypes
  }
}
