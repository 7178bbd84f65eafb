/** The first requests on a new runner are slower: so many of them, or all that is worked on for so long after it is ready. */
export type WarmUp =
  | { readonly kind: "requests"; readonly requests: number; readonly factor: number }
  | { readonly kind: "time"; readonly forMs: number; readonly factor: number }

/** How the work on a runner depends on what else it does. */
export interface Pace {
  /** With n requests in flight each proceeds at the rate 1 / (1 + interference (n − 1)). */
  readonly interference: number
  readonly warmUp: WarmUp | null
}
