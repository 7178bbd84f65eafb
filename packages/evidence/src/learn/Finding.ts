import type { Dropped } from "../requests/Requests.ts"

/** `measured`: seen as it is; `coarse`: a bound, or read off something rough; `assumed`: nobody knew, the default. */
export type Sure = "measured" | "coarse" | "assumed"

/** One value of the spec: what it is, where it comes from, how sure it is. */
export interface Finding {
  /** `runner.setup` */
  readonly path: string
  /** As YAML writes it. */
  readonly value: string
  /** The source; for what is assumed, nothing. */
  readonly from: string
  /** How many observations it rests on. */
  readonly n: number
  readonly sure: Sure
  readonly note: string
}

/** What nobody knew, and how to come to know it. */
export interface Missing {
  readonly path: string
  readonly how: string
}

/** All that was learnt. */
export interface Learnt {
  readonly findings: ReadonlyArray<Finding>
  readonly missing: ReadonlyArray<Missing>
  readonly dropped: ReadonlyArray<Dropped>
  /** What was seen that is no value of a spec, in sentences. */
  readonly notes: ReadonlyArray<string>
  /** Files that the spec names: their names and lines. */
  readonly files: ReadonlyArray<{ readonly name: string; readonly lines: () => Iterable<string> }>
}
