import { Schema } from "effect"

/** What is wrong with a spec, or with a file that it names: where, which field, and what would be right. */
export class SpecError extends Schema.TaggedError<SpecError>()("SpecError", {
  file: Schema.String,
  line: Schema.NullOr(Schema.Int),
  field: Schema.String,
  problem: Schema.String
}) {
  override get message(): string {
    const place = this.line === null ? this.file : `${this.file}:${this.line}`
    return this.field === "" ? `${place}: ${this.problem}` : `${place}: ${this.field}: ${this.problem}`
  }
}

/** The error about the field at a path. */
export type Place = (path: ReadonlyArray<PropertyKey>, problem: string) => SpecError
