import { Schema } from "effect"

const fields = { text: Schema.String, because: Schema.optionalKey(Schema.Unknown) }

/** Whether the text stands alone, without the cross before it. */
const bare = Schema.optionalKey(Schema.Boolean)

/** What was given cannot be used: a spec with a mistake, a file that is not there. Exit code 2. */
export class InvalidInput extends Schema.TaggedError<InvalidInput>()("InvalidInput", fields) {
  override get message(): string {
    return this.text
  }
}

/** The command was understood and failed, or a check was not met. Exit code 1. */
export class CommandFailed extends Schema.TaggedError<CommandFailed>()("CommandFailed", { ...fields, bare }) {
  override get message(): string {
    return this.text
  }
}

/** Every way in which a command fails on purpose; `because` holds the error behind it. */
export type CliFailure = InvalidInput | CommandFailed

/** Whether the error is a failure on purpose; all others are mistakes of ours. */
export const isCliFailure = (error: unknown): error is CliFailure =>
  error instanceof InvalidInput || error instanceof CommandFailed

export const exitCode = (error: unknown): number => (error instanceof InvalidInput ? 2 : 1)
