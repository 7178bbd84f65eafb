import type { Way } from "@ebb/core/domain/RolloutWay"
import type { Requests } from "../requests/Requests.ts"
import type { Finding, Missing } from "./Finding.ts"

/** A rollout that was seen; times by the clock of the requests. */
export interface SeenRollout {
  readonly atMs: number
  readonly mode: Way
  /** How long until as many slots were ready as before; null or left out where nobody saw it. */
  readonly recoveryMs?: number | null
}

/** What one source says. */
export interface Evidence {
  /** As it was typed: `log:access.log`. */
  readonly source: string
  readonly requests: Requests | null
  /** Values that it states outright. */
  readonly findings: ReadonlyArray<Finding>
  readonly missing: ReadonlyArray<Missing>
  readonly notes: ReadonlyArray<string>
  /** What is known to have been rolled out, and when by the clock of the requests. */
  readonly rollouts?: ReadonlyArray<SeenRollout>
}
