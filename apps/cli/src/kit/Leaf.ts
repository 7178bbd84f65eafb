import { Effect, Schema } from "effect"
import type { Leaf } from "./Command.ts"
import { type CliFailure, InvalidInput } from "./Errors.ts"
import type { Grammar } from "./Grammar.ts"
import type { Output } from "./Output.ts"

/** A command as its file declares it: the words it takes, the shape they decode to and what it does with them. */
export interface Definition<A> {
  readonly grammar: Grammar
  readonly words: Schema.Codec<A, unknown>
  /** Exit code after Ctrl-C, 1 unless given; a list of flags instead where it is 130 with any of them. */
  readonly interruptedExit?: number | { readonly longWith: ReadonlyArray<string> }
  /** Does the work and answers the exit code. */
  readonly run: (words: A) => Effect.Effect<number, CliFailure, Output>
}

const longExit = 130

const exitOf = (
  exit: NonNullable<Definition<unknown>["interruptedExit"]>,
  given: Readonly<Record<string, unknown>>
): number => {
  if (typeof exit === "number") return exit
  return exit.longWith.some((key) => given[key] === true) ? longExit : 1
}

/** The command of that definition. */
export const make = <A>({ grammar, interruptedExit = 1, run, words }: Definition<A>): Leaf => {
  const decode = Schema.decodeUnknownEffect(words)
  const invalid = (because: Schema.SchemaError) => new InvalidInput({ text: because.message, because })
  return {
    kind: "leaf",
    grammar,
    interruptedExit: (given) => exitOf(interruptedExit, given),
    run: (given) => Effect.flatMap(Effect.mapError(decode(given), invalid), run)
  }
}
