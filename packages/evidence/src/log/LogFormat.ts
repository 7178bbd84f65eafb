import type { DurationUnit } from "./DurationUnit.ts"
import type { Meaning, Seen } from "../requests/Requests.ts"

/** What a line was: a request; something else that such a log has too; nothing that it should have. */
export type Took = "request" | "other" | "broken"

/** One way in which request logs are written, a line each. */
export interface LogFormat {
  readonly name: string
  /** What its durations count, and which of a request's times a line has itself. */
  readonly unit: () => DurationUnit
  readonly anchor: () => "arrival" | "end"
  /** Fills in what a line says of its request. */
  readonly read: (line: string, into: Seen) => Took
  /** What its times mean, and what a reader should know about them; asked when all lines were taken. */
  readonly meaning: () => Meaning
  readonly notes: () => ReadonlyArray<string>
}
