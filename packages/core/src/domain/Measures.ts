import { Schema } from "effect"

const count = Schema.Natural
const ms = Schema.Finite

/** Mean, percentiles, greatest value (milliseconds) and how many values there were. */
export const Summary = Schema.Struct({ mean: ms, p50: ms, p90: ms, p99: ms, max: ms, count })
export type Summary = typeof Summary.Type

const fates = { atStart: count, drained: count, errored: count, retried: count, cancelled: count, unresolved: count }

/** What became of the requests in flight when their runner got its signal (platform rule 8.7); counts of requests. */
export const Fates = Schema.Struct(fates)
export type Fates = typeof Fates.Type

/** {@link Fates} of all requests in flight, whole and by kind. */
export const InFlight = Schema.Struct({ ...fates, direct: Fates, queued: Fates })
export type InFlight = typeof InFlight.Type

/** Slots of IDLE and RUNNING runners around a rollout; `recoveryMs` is null while they are not back (platform rule 8.7). */
export const Capacity = Schema.Struct({
  slotsReadyBefore: count,
  slotsReadyLowest: count,
  recoveryMs: Schema.NullOr(ms)
})
export type Capacity = typeof Capacity.Type

/** Runner time in seconds: what is billed (platform rule 12) and by state. */
export const RunnerSeconds = Schema.Struct({
  billable: Schema.Finite,
  byState: Schema.Record(Schema.String, Schema.Finite)
})
export type RunnerSeconds = typeof RunnerSeconds.Type

/** Money for the billable runner time; null where the machine type has no price. */
export const Cost = Schema.Struct({
  amount: Schema.NullOr(Schema.Finite),
  currency: Schema.String,
  ratePerHour: Schema.NullOr(Schema.Finite)
})
export type Cost = typeof Cost.Type

/** Requests that ended in an error, by error_type (platform rule 6). */
export const ErrorsByType = Schema.Record(Schema.String, count)
export type ErrorsByType = typeof ErrorsByType.Type
