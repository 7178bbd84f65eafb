import type { Effect } from "effect"
import * as Argument from "./Argument.ts"
import type { Leaf } from "./Command.ts"
import type { CliFailure } from "./Errors.ts"
import type { Output } from "./Output.ts"

/** A command as its file declares it: the words it takes, and what it does with their values. */
export interface Definition<Accepts extends Argument.Arguments> {
  readonly description: string
  readonly accepts: Accepts
  /** Whole lines, shown as they are at the end of the help. */
  readonly examples?: ReadonlyArray<string>
  /** Exit code after Ctrl-C, 1 unless given; a list of flags instead where it is 130 with any of them. */
  readonly interruptedExit?: number | { readonly longWith: ReadonlyArray<keyof Accepts & string> }
  /** Exit code of a command that ends with its reader; a list of flags instead where it is 0 with any of them. */
  readonly unreadExit?: number | { readonly endlessWith: ReadonlyArray<keyof Accepts & string> }
  /** Does the work and answers the exit code. */
  readonly run: (given: Argument.Given<Accepts>) => Effect.Effect<number, CliFailure, Output>
}

const longExit = 130

const exitOf = (
  exit: number | { readonly longWith: ReadonlyArray<string> },
  given: Readonly<Record<string, unknown>>
): number => {
  if (typeof exit === "number") return exit
  return exit.longWith.some((key) => given[key] === true) ? longExit : 1
}

const unreadExitOf = (
  exit: number | { readonly endlessWith: ReadonlyArray<string> } | undefined,
  given: Readonly<Record<string, unknown>>
): number | null => {
  if (exit === undefined) return null
  if (typeof exit === "number") return exit
  return exit.endlessWith.some((key) => given[key] === true) ? 0 : null
}

/** The command of that definition. */
export const make = <Accepts extends Argument.Arguments>({
  accepts,
  description,
  examples = [],
  interruptedExit = 1,
  run,
  unreadExit
}: Definition<Accepts>): Leaf => ({
  kind: "leaf",
  grammar: { description, ...Argument.grammarOf(accepts), examples },
  interruptedExit: (parsed) => exitOf(interruptedExit, parsed),
  unreadExit: (parsed) => unreadExitOf(unreadExit, parsed),
  run: (parsed) => run(Argument.given(accepts, parsed))
})
