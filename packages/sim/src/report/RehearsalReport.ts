import { Schema } from "effect"
import { Comparison } from "../compare/Comparison.ts"
import { Estimate } from "../measure/Statistics.ts"

const Measure = Schema.NullOr(Estimate)

/** The grace period that was needed, over seeds; what suffices in 95 % of the runs and in all: null where none does. */
const GraceNeeded = Schema.NullOr(
  Schema.Struct({ ...Estimate.fields, p95: Schema.NullOr(Schema.Finite), max: Schema.NullOr(Schema.Finite) })
)

const Fates = Schema.Struct({
  atStart: Measure,
  drained: Measure,
  errored: Measure,
  retried: Measure,
  cancelled: Measure,
  unresolved: Measure
})

const Summary = Schema.Struct({ mean: Measure, p50: Measure, p90: Measure, p99: Measure, max: Measure, count: Measure })

const Windows = Schema.Struct({ whole: Summary, before: Summary, during: Summary, after: Summary })

const Series = Schema.Array(Schema.Finite)
const Band = Schema.Struct({ low: Series, high: Series })

/** One rollout of the spec, over seeds. */
const RolloutEstimate = Schema.Struct({
  mode: Schema.Literals(["graceful", "force"]),
  order: Schema.NullOr(Schema.Literals(["stop_first", "replace_first"])),
  startedAtMs: Schema.Finite,
  finished: Schema.Natural,
  durationMs: Measure,
  runners: Measure,
  atStart: Measure,
  drained: Measure,
  errored: Measure,
  retried: Measure,
  graceExceeded: Measure,
  recoveryMs: Measure
})

/** One mode of a rehearsal: every measure of docs/measures.md as an estimate over the seeds. */
export const ModeReport = Schema.Struct({
  mode: Schema.Literals(["none", "graceful", "replace", "force"]),
  requests: Schema.Struct({
    accepted: Measure,
    completed: Measure,
    errored: Measure,
    cancelled: Measure,
    pending: Measure
  }),
  inFlight: Schema.Struct({ ...Fates.fields, direct: Fates, queued: Fates }),
  errorsByType: Schema.Record(Schema.String, Measure),
  latencyMs: Windows,
  queueWaitMs: Windows,
  capacity: Schema.Struct({ slotsReadyBefore: Measure, slotsReadyLowest: Measure, recoveryMs: Measure }),
  graceNeededMs: GraceNeeded,
  coldStarts: Measure,
  runnerSeconds: Schema.Struct({ billable: Measure, byState: Schema.Record(Schema.String, Measure) }),
  cost: Schema.Struct({ amount: Measure, currency: Schema.String, ratePerHour: Schema.NullOr(Schema.Finite) }),
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

/** The difference of one measure between two modes, paired by seed. */
export const Difference = Schema.Struct({
  mode: Schema.String,
  minus: Schema.String,
  measure: Schema.String,
  ...Estimate.fields
})
export type Difference = typeof Difference.Type

const Criterion = Schema.Literals(["unfinished", "errors", "neverRecovered", "recovery", "cost"])

/**
 * The mode to take, and the numbers that decided: `decidedBy` tells what told each other mode apart, null where nothing
 * did; `notes` are sentences about what was cut by a grace period or may be chance.
 */
export const Advice = Schema.Struct({
  mode: Schema.String,
  because: Schema.String,
  decidedBy: Schema.Array(Schema.Struct({ mode: Schema.String, by: Schema.NullOr(Criterion) })),
  notes: Schema.Array(Schema.String)
})
export type Advice = typeof Advice.Type

/** Whether an `--assert` holds, and for which value. */
export const Checked = Schema.Struct({
  text: Schema.String,
  passed: Schema.Boolean,
  /** The measure with its interval; null when no seed has a value. */
  actual: Measure,
  /** Why no value at all would let it pass; null where the value decides. */
  because: Schema.NullOr(Schema.String)
})
export type Checked = typeof Checked.Type

/** From when to when the seeds have the first rollout, what varies between them, and what a trace makes of that. */
const Moment = Schema.Struct({
  fromMs: Schema.Finite,
  toMs: Schema.Finite,
  varies: Schema.Array(Schema.String),
  note: Schema.NullOr(Schema.String)
})

/** What `ebb rehearse --json` prints. */
export const RehearsalReport = Schema.Struct({
  version: Schema.Literal(1),
  spec: Schema.Json,
  seeds: Schema.Natural,
  moment: Schema.NullOr(Moment),
  modes: Schema.Array(ModeReport),
  differences: Schema.Array(Difference),
  advice: Schema.NullOr(Advice),
  /** With `--assert`: what came of each. */
  assertions: Schema.optionalKey(Schema.Array(Checked)),
  /** With `--against`: this spec held against another. */
  against: Schema.optionalKey(Comparison)
})
export type RehearsalReport = typeof RehearsalReport.Type
