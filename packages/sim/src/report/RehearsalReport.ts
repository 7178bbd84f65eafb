import { RolloutWay } from "@ebb/core/domain/RolloutWay"
import { Schema } from "effect"
import { Comparison } from "../compare/Comparison.ts"
import { Difference, ModeReport } from "../measure/ModeReport.ts"
import { Estimate } from "../measure/Statistics.ts"

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
  actual: Schema.NullOr(Estimate),
  /** The part of it that was compared; null when there is none. */
  value: Schema.optionalKey(Schema.NullOr(Schema.Finite)),
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

/** Rollouts whose mode the spec fixes, whatever the mode of the run: whether all are, and whether the first is among them. */
const OwnModes = Schema.Struct({
  rollouts: Schema.Array(Schema.Struct({ atMs: Schema.Finite, mode: RolloutWay })),
  isAll: Schema.Boolean,
  hasFirst: Schema.Boolean
})
export type OwnModes = typeof OwnModes.Type

/** What `ebb rehearse --json` prints. */
export const RehearsalReport = Schema.Struct({
  version: Schema.Literal(1),
  spec: Schema.Json,
  seeds: Schema.Natural,
  moment: Schema.NullOr(Moment),
  /** Only where the spec fixes any: the modes are the same in these, and where they are in all of them nothing is advised. */
  ownModes: Schema.optionalKey(OwnModes),
  modes: Schema.Array(ModeReport),
  differences: Schema.Array(Difference),
  advice: Schema.NullOr(Advice),
  /** With `--precision`: the share that was wanted, and whether the seeds that there may be were enough. */
  precision: Schema.optionalKey(Schema.Struct({ wanted: Schema.Finite, isReached: Schema.Boolean })),
  /** With `--assert`: what came of each. */
  assertions: Schema.optionalKey(Schema.Array(Checked)),
  /** With `--against`: this spec held against another. */
  against: Schema.optionalKey(Comparison)
})
export type RehearsalReport = typeof RehearsalReport.Type
