import { Effect, Schema } from "effect"
import type { Leaf } from "./Command.ts"
import { type CliFailure, InvalidInput } from "./Errors.ts"
import type { Grammar } from "./Grammar.ts"
import type { Output } from "./Output.ts"

/** A command as its file declares it: the words it takes, the shape they decode to and what it does with them. */
export interface Definition<A> {
  readonly grammar: Grammar
  readonly words: Schema.Codec<A, unknown>
  /** Exit code after Ctrl-C; 1 unless given. */
  readonly interruptedExit?: number
  /** Does the work and answers the exit code. */
  readonly run: (words: A) => Effect.Effect<number, CliFailure, Output>
}

/** The command of that definition. */
export const make = <A>({ grammar, interruptedExit = 1, run, words }: Definition<A>): Leaf => {
  const decode = Schema.decodeUnknownEffect(words)
  const invalid = (because: Schema.SchemaError) => new InvalidInput({ text: because.message, because })
  return {
    kind: "leaf",
    grammar,
    interruptedExit,
    run: (given) => Effect.flatMap(Effect.mapError(decode(given), invalid), run)
  }
}
