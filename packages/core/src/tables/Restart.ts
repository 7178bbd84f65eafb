import { EndCause } from "./EndCause.ts"
import type { RolloutRecord, Runner } from "./Records.ts"

/** What is left of a step that takes more runners than one input does (platform rule 8.3): the app's next portion is on its way. */
export class Restart {
  /** SIGKILL instead of SIGTERM. */
  kills = false
  cause: EndCause = EndCause.none
  /** To be told to end, in that order. They take no request any more. */
  readonly left = new Set<Runner>()
  /** Those whose step is over with the last of them. */
  rollouts: ReadonlyArray<RolloutRecord> = []
}
