import type { Effect } from "effect"
import type { CliFailure } from "./Errors.ts"
import type { Grammar } from "./Grammar.ts"
import type { Output } from "./Output.ts"

/** A command that does something: what it accepts beside what it does. */
export interface Leaf {
  readonly kind: "leaf"
  readonly grammar: Grammar
  /** Exit code after Ctrl-C; 0 where that is how the command is meant to end. */
  readonly interruptedExit: (words: Readonly<Record<string, unknown>>) => number
  /** Exit code of a command that ends at once when nobody reads its output any more; null where it goes on to its own end. */
  readonly unreadExit: (words: Readonly<Record<string, unknown>>) => number | null
  /** Takes the parsed words, answers the exit code. */
  readonly run: (words: Readonly<Record<string, unknown>>) => Effect.Effect<number, CliFailure, Output>
}

/** A command that only holds others. */
export interface Group {
  readonly kind: "group"
  readonly description: string
  readonly entries: ReadonlyArray<Entry>
  /** Commands of the public CLI that have no place here, with a word on what to do instead. */
  readonly elsewhere?: ReadonlyMap<string, string>
}

/** A name under which a command is found. Its module is loaded only when it is called. */
export interface Entry {
  readonly name: string
  readonly aliases?: ReadonlyArray<string>
  readonly summary: string
  readonly load: () => Promise<Leaf | Group>
}
