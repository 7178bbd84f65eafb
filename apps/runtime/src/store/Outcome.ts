/** What a runner answered, whole. A header's name may come twice. */
export interface StoredAnswer {
  readonly headers: ReadonlyArray<readonly [name: string, value: string]>
  readonly body: Uint8Array
}

/** How a request ended. `answer` is what its runner said last, null when no runner answered. */
export interface Outcome {
  readonly outcome: "completed" | "errored" | "cancelled"
  readonly status: number
  readonly errorType: string | null
  readonly attempts: number
  readonly answer: StoredAnswer | null
}

/** A request as far as the ledger takes it down. `number`: its own in this run of the sandbox, 0 when it was never handed in. */
export interface Accepted {
  readonly id: string
  readonly number: number
  readonly kind: number
  readonly submittedAtMs: number
  readonly app: { readonly id: string }
  /** Of the last attempt; null when there was none. */
  readonly startedAtMs: number | null
  readonly runner: { readonly id: string } | null
}
