/** How a request ended. */
export const Outcome = { completed: 0, userError: 1, error: 2 } as const

/**
 * Whether a request came past a proxy to a runner. What a proxy answered itself, or whose caller left before, is none of the
 * app's; what failed for want of a runner is.
 */
export const Reached = { notSaid: 0, runner: 1, abandoned: 2, failed: 3, answered: 4, left: 5 } as const

/** One request as a reader sees it, filled anew for each; times in milliseconds, NaN where nobody knows. */
export interface Seen {
  arrivalMs: number
  /** When work on it began. */
  startMs: number
  endMs: number
  outcome: number
  /** The runner that it was on. */
  runner: string | null
  id: string | null
  /** Tokens generated. */
  tokens: number
  /** Whether it came past a proxy: one of `Reached`. */
  reached: number
}

export const blank = (): Seen => ({
  arrivalMs: NaN,
  startMs: NaN,
  endMs: NaN,
  outcome: Outcome.completed,
  runner: null,
  id: null,
  tokens: NaN,
  reached: Reached.notSaid
})

export const clear = (seen: Seen): void => {
  seen.arrivalMs = seen.startMs = seen.endMs = seen.tokens = NaN
  seen.outcome = Outcome.completed
  seen.reached = Reached.notSaid
  seen.runner = seen.id = null
}

/** What the times of a source mean. */
export interface Meaning {
  /** `service`: from start to end is the work alone; `latency`: only from arrival to end is known, waits included; `none`: no durations. */
  readonly duration: "service" | "latency" | "none"
  /** Whether from arrival to start is how long a request waited in line. */
  readonly waits: boolean
  /** Whether it is known how requests ended. */
  readonly outcomes: boolean
}

/** Rows that were left out or put right, and why. */
export interface Dropped {
  readonly reason: string
  readonly count: number
}

/** The requests of a source in order of arrival; one entry a request in each column. */
export interface Requests {
  readonly count: number
  readonly arrivalMs: Float64Array
  readonly startMs: Float64Array
  readonly endMs: Float64Array
  readonly tokens: Float64Array
  readonly outcome: Uint8Array
  /** The place of its runner in `runners`; -1: not known. */
  readonly runner: Int32Array
  readonly runners: ReadonlyArray<string>
  readonly meaning: Meaning
  /** What times are exact to: an overlap no longer than this may be one of rounded times alone. */
  readonly resolutionMs: number
  /** Whether rounding never swaps two moments, as where all were written and none was reckoned from how long work took. */
  readonly keepsOrder: boolean
  readonly dropped: ReadonlyArray<Dropped>
  /** How the source was read: its format, the columns that were taken, the units that were guessed. */
  readonly notes: ReadonlyArray<string>
}

/** By what status an HTTP answer failed. */
export const outcomeOf = (status: number): number =>
  status >= 500 || status === 0 ? Outcome.error : status >= 400 ? Outcome.userError : Outcome.completed
