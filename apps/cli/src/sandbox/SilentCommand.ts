import type { Input } from "@ebb/protocol/rest/Client"
import type { Endpoint } from "@ebb/protocol/rest/Endpoint"
import { Effect } from "effect"
import type { CommandFailed, InvalidInput } from "../kit/Errors.ts"
import * as Argument from "../kit/Argument.ts"
import type { Leaf as Command } from "../kit/Command.ts"
import * as Leaf from "../kit/Leaf.ts"
import { Output } from "../kit/Output.ts"
import { ask, connect } from "./Connection.ts"
import * as Options from "./Options.ts"

/** Calls an endpoint of the sandbox that the command is for. */
export type Ask = <Path extends string, Query, Body, Answer>(
  endpoint: Endpoint<Path, Query, Body, Answer>,
  input: Input<Path, Query, Body>
) => Effect.Effect<Answer, CommandFailed>

const address = { team: Options.team, host: Options.host }
type Given<Accepts> = Argument.Given<typeof address & Accepts>

interface SilentCommand<Accepts extends Argument.Arguments, Answer> {
  readonly name: string
  readonly description: string
  /** Beside team, host and output. */
  readonly accepts: Accepts
  readonly examples?: ReadonlyArray<string>
  /** Why the words make no sense together; null where they do. */
  readonly refuse?: (given: Given<Accepts>) => InvalidInput | null
  readonly call: (given: Given<Accepts>, ask: Ask) => Effect.Effect<Answer, CommandFailed, Output>
  /** What to say when it is done; nothing without it. */
  readonly say?: (given: Given<Accepts>) => string
  /** What a program is told beside `ok`. */
  readonly tell?: (answer: Answer) => object
  /** What people may want to know besides, on stderr; null where there is nothing. */
  readonly note?: (given: Given<Accepts>, answer: Answer) => string | null
}

/** A command that makes calls and has nothing to show for them. */
export const make = <Accepts extends Argument.Arguments, Answer>(command: SilentCommand<Accepts, Answer>): Command => {
  const { accepts, call, description, examples = [], name, note, refuse, say, tell } = command
  const run = Effect.fn(name)(function* (given: Given<Accepts>) {
    const output = yield* Output
    const refusal = refuse?.(given) ?? null
    if (refusal !== null) return yield* refusal
    const connection = yield* connect(given)
    const answer = yield* call(given, (endpoint, input) => ask(connection, endpoint, input))
    if (output.json) {
      yield* output.value({ ok: true, ...tell?.(answer) })
      return 0
    }
    if (say !== undefined) yield* output.result(`${say(given)}\n`)
    const noted = note?.(given, answer) ?? null
    if (noted !== null) yield* output.note(`${noted}\n`)
    return 0
  })
  const all: typeof address & Accepts = { ...address, ...accepts, ...Argument.output }
  return Leaf.make({ description, accepts: all, examples, run })
}
