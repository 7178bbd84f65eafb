import type { LimitsText } from "@ebb/sim/spec/SpecSchema"

/** What stands around the grace period where the app really runs, in seconds; null: the spec does not say. */
export interface Around {
  readonly platform: LimitsText["platform"] | null
  /** The platform's own time from the signal to the kill. */
  readonly grace: number | null
  readonly preStop: number | null
  readonly endpointLag: number | null
  readonly proxyDrain: number | null
  readonly deregistrationDelay: number | null
}

/** What the limits are about, in seconds. */
export interface Facts {
  readonly graceSeconds: number
  /** The grace period that all but one request in a thousand can do with; null where none can be set. */
  readonly neededSeconds: number | null
  readonly teardownP99Seconds: number
  readonly requestTimeoutSeconds: number
  /** From the rollout to a later force of the spec; null: it has none. */
  readonly forcedAfterSeconds: number | null
  /** The words that start the runner's own server; empty for simulated ones. */
  readonly command: ReadonlyArray<string>
  /** `run.window`: how long a rollout is waited for. */
  readonly windowSeconds: number
  readonly around: Around
}

/** A limit that must hold what stands inside it. */
export interface Limit {
  readonly rule: string
  /** Null where the limit does not apply; else what is wrong and the way out, or that it holds. */
  readonly check: (facts: Facts) => { readonly ok: boolean; readonly sentence: string } | null
}
