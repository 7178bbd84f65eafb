import type { AdviceCode, Rollout } from "../CheckReport.ts"
import type { Facts } from "./Facts.ts"
import type { Snippet } from "./Servers.ts"

/**
 * One row of the table of findings: which facts it follows from, what is said of them, and what helps. A row says nothing that
 * its facts do not show.
 */
export interface Row {
  readonly code: AdviceCode
  readonly kind: "problem" | "note"
  /**
   * Whose facts: those of the graceful rollout, of the one over kept connections, of the one without traffic, or of the
   * first of graceful and kept (either), or of these and idle (each), in which they are seen.
   */
  readonly of: "graceful" | "kept" | "idle" | "either" | "each"
  /** The reason follows from when things happened: a machine that stood still meanwhile may have brought it about. */
  readonly isTimed?: true
  /** Said only where no other problem is: it asks for no more than proof. */
  readonly isLast?: true
  readonly when: (rollout: Rollout, facts: Facts) => boolean
  readonly says: (rollout: Rollout, facts: Facts) => string
  /** None where there is nothing to be done. */
  readonly remedy?: (rollout: Rollout, facts: Facts) => string
  readonly snippet?: (facts: Facts) => Snippet | null
}
