import { Schema } from "effect"

/** Why a source cannot be used: the source, the line where one is to blame, and what would be right. */
export class EvidenceError extends Schema.TaggedError<EvidenceError>()("EvidenceError", {
  source: Schema.String,
  line: Schema.NullOr(Schema.Natural),
  problem: Schema.String
}) {
  override get message(): string {
    return `${this.source}${this.line === null ? "" : `:${this.line}`}: ${this.problem}`
  }
}
