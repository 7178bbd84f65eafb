import { Schema } from "effect"

/** A setting of an app that is out of its range (platform rule 11). */
export class InvalidScaling extends Schema.TaggedError<InvalidScaling>()("InvalidScaling", {
  field: Schema.String,
  problem: Schema.String
}) {
  override get message(): string {
    return `${this.field} ${this.problem}`
  }
}
