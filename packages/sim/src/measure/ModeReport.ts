import { RolloutMode, RolloutOrder, RolloutWay } from "@ebb/core/domain/RolloutWay"
import { Schema } from "effect"
import { type Head, type MeasurePath, type Tail, tree } from "./Measures.ts"
import { Estimate } from "./Statistics.ts"

const Measured = Schema.NullOr(Estimate)

type Fields<Path extends string> = {
  readonly [First in Head<Path>]: [Tail<Path, First>] extends [never]
    ? typeof Measured
    : Schema.Struct<Fields<Tail<Path, First>>>
}

/** A field for each measure, at its path. */
const fields = tree(
  () => Measured,
  (inner) => Schema.Struct(inner as Schema.Struct.Fields)
) as Fields<MeasurePath>

/** The grace period that was needed, over seeds; what suffices in 95 % of the runs and in all: null where none does. */
const GraceNeeded = Schema.NullOr(
  Schema.Struct({ ...Estimate.fields, p95: Schema.NullOr(Schema.Finite), max: Schema.NullOr(Schema.Finite) })
)

const Series = Schema.Array(Schema.Finite)
const Band = Schema.Struct({ low: Series, high: Series })

/** One rollout of the spec, over seeds. */
const RolloutEstimate = Schema.Struct({
  mode: RolloutWay,
  order: Schema.NullOr(RolloutOrder),
  startedAtMs: Schema.Finite,
  finished: Schema.Natural,
  escalated: Schema.Natural,
  durationMs: Measured,
  runners: Measured,
  running: Measured,
  atStart: Measured,
  drained: Measured,
  errored: Measured,
  retried: Measured,
  graceExceeded: Measured,
  recoveryMs: Measured
})

/**
 * Whether the app can keep up with what comes: in how many runs it cannot, since when and by how much the line then grows;
 * and the windows whose times mean nothing, since they depend on how long the run is.
 */
const Stability = Schema.Struct({
  state: Schema.Literals(["stable", "partly saturated", "saturated"]),
  runs: Schema.Natural,
  sinceMs: Measured,
  growthPerMinute: Measured,
  meaningless: Schema.Array(Schema.Literals(["whole", "before", "during", "after"]))
})
export type Stability = typeof Stability.Type

/** One mode of a rehearsal: every measure of docs/measures.md as an estimate over the seeds. */
export const ModeReport = Schema.Struct({
  mode: RolloutMode,
  ...fields,
  errorsByType: Schema.Record(Schema.String, Measured),
  graceNeededMs: GraceNeeded,
  runnerSeconds: Schema.Struct({ ...fields.runnerSeconds.fields, byState: Schema.Record(Schema.String, Measured) }),
  cost: Schema.Struct({
    ...fields.cost.fields,
    currency: Schema.String,
    ratePerHour: Schema.NullOr(Schema.Finite)
  }),
  stability: Stability,
  rollouts: Schema.Array(RolloutEstimate),
  timeline: Schema.Struct({
    stepMs: Schema.Finite,
    slotsReady: Series,
    inFlight: Series,
    waiting: Series,
    errors: Series,
    band: Schema.Struct({ slotsReady: Band, inFlight: Band, waiting: Band, errors: Band })
  })
})
export type ModeReport = typeof ModeReport.Type

/** How many requests failed after the warm-up, on average: a rollout cuts those that came before it, too. */
export const failuresIn = ({ requests: { errored, erroredOfWarmup } }: ModeReport): number =>
  (errored?.mean ?? 0) + (erroredOfWarmup?.mean ?? 0)

/** The difference of one measure between two modes, paired by seed. */
export const Difference = Schema.Struct({
  mode: Schema.String,
  minus: Schema.String,
  measure: Schema.String,
  ...Estimate.fields
})
export type Difference = typeof Difference.Type
