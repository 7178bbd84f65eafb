import type { Requests } from "../requests/Requests.ts"
import type { Finding, Missing } from "./Finding.ts"

/** What one source says. */
export interface Evidence {
  /** As it was typed: `log:access.log`. */
  readonly source: string
  readonly requests: Requests | null
  /** Values that it states outright. */
  readonly findings: ReadonlyArray<Finding>
  readonly missing: ReadonlyArray<Missing>
  readonly notes: ReadonlyArray<string>
}
