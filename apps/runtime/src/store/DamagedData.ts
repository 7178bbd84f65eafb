import { Schema } from "effect"

/** Something in the data directory is not as ebb left it, and must not be made anew without being asked. */
export class DamagedData extends Schema.TaggedError<DamagedData>()("DamagedData", {
  path: Schema.String,
  problem: Schema.String,
  /** What to do. */
  help: Schema.String
}) {
  override get message(): string {
    return `${this.path} ${this.problem}. ${this.help}`
  }
}

/** Tells that something was missing or damaged and was made anew, which is safe for it. */
export const madeAnew = (path: string, consequence: string): void =>
  console.error(`${path} was missing or damaged and was made anew. ${consequence}`)
