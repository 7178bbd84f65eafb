import { Schema } from "effect"

/** What was asked of the scaling cannot be understood, or not be answered. */
export class ScalingError extends Schema.TaggedError<ScalingError>()("ScalingError", {
  /** Where it was said: `--let scaling.min_concurrency=9..1`. */
  where: Schema.String,
  problem: Schema.String
}) {
  override get message(): string {
    return `${this.where}: ${this.problem}`
  }
}
