import type { Input } from "@ebb/protocol/rest/Client"
import type { Endpoint } from "@ebb/protocol/rest/Endpoint"
import { Effect, type Schema } from "effect"
import type { CommandFailed } from "../kit/Errors.ts"
import { type Option, outputOptions, type Positional } from "../kit/Grammar.ts"
import type { Leaf } from "../kit/Command.ts"
import * as LeafModule from "../kit/Leaf.ts"
import { Output } from "../kit/Output.ts"
import { ask, type Asked, connect } from "./Connection.ts"
import * as Options from "./Options.ts"

/** Calls an endpoint of the sandbox that the command is for. */
export type Ask = <Path extends string, Query, Body, Answer>(
  endpoint: Endpoint<Path, Query, Body, Answer>,
  input: Input<Path, Query, Body>
) => Effect.Effect<Answer, CommandFailed>

interface SilentCommand<Words extends Asked> {
  readonly name: string
  readonly description: string
  readonly options: ReadonlyArray<Option>
  readonly positionals: ReadonlyArray<Positional>
  readonly examples?: ReadonlyArray<string>
  readonly words: Schema.Codec<Words, unknown>
  readonly call: (words: Words, ask: Ask) => Effect.Effect<unknown, CommandFailed, Output>
  /** What to say when it is done; nothing without it. */
  readonly say?: (words: Words) => string
}

/** A command that makes calls and has nothing to show for them. */
export const make = <Words extends Asked>(command: SilentCommand<Words>): Leaf => {
  const { call, description, examples, name, options, positionals, say, words } = command
  const run = Effect.fn(name)(function* (given: Words) {
    const output = yield* Output
    const connection = yield* connect(given)
    yield* call(given, (endpoint, input) => ask(connection, endpoint, input))
    if (output.json) yield* output.value({ ok: true })
    else if (say !== undefined) yield* output.result(`${say(given)}\n`)
    return 0
  })
  const all = [Options.team, Options.host, ...options, ...outputOptions]
  const grammar = { description, options: all, positionals, ...(examples === undefined ? {} : { examples }) }
  return LeafModule.make({ grammar, words, run })
}
