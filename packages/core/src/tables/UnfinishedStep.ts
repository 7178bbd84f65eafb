import { EndCause } from "./EndCause.ts"
import type { Request, RolloutRecord, Runner } from "./Records.ts"

/** What is left of a step that takes more than one input does (platform rule 8.3): the app's next portion is on its way. */
export class UnfinishedStep {
  /** SIGKILL instead of SIGTERM. */
  kills = false
  cause: EndCause = EndCause.none
  /** To be told to end, in that order. They take no request any more. */
  readonly left = new Set<Runner>()
  /** Those whose step is over with the last of them. */
  rollouts: ReadonlyArray<RolloutRecord> = []
  /** Requests of a deleted app that wait: to be ended, in that order. */
  readonly dismissed = new Set<Request>()
  /** More requests have a slot than one input sends: the others are sent with the next portion. */
  sends = false
  /** The same of runners of the app's team that have a machine. */
  grants = false
}
