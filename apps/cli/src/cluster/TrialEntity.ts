import { Schema } from "effect"
import * as ClusterSchema from "effect/cluster/ClusterSchema"
import * as Entity from "effect/cluster/Entity"
import * as Rpc from "effect/rpc/Rpc"

/** A trial could not be done by the worker that had it. */
export class TrialFailed extends Schema.TaggedError<TrialFailed>()("TrialFailed", { reason: Schema.String }) {
  override get message(): string {
    return `a worker could not run a trial: ${this.reason}`
  }
}

/**
 * Runs one trial. The message is kept in the database until it has been answered, and its answer then, so that a trial is run
 * once, whoever asks for it how often: `key` names the spec, the seed and the version of the rules.
 */
const Run = Rpc.make("Run", {
  payload: { key: Schema.String, spec: Schema.String, seed: Schema.Int },
  primaryKey: ({ key }) => key,
  success: Schema.Array(Schema.Array(Schema.NullOr(Schema.Finite))),
  error: TrialFailed
})
  .annotate(ClusterSchema.Persisted, true)
  // Who asked may go: what has been asked for is run all the same, and its answer is there when the sweep goes on.
  .annotate(ClusterSchema.Uninterruptible, "client")
  .annotate(ClusterSchema.InterruptOnTermination, true)

/** One trial, by its key; the shard that it is in follows from that. */
export const TrialEntity = Entity.make("ebb/Trial", [Run])
