import * as Api from "@ebb/protocol/rest/Api"
import { Effect, Schema } from "effect"
import { CommandFailed } from "../../cli/Errors.ts"
import { type Grammar, outputOptions } from "../../cli/Grammar.ts"
import * as Leaf from "../../cli/Leaf.ts"
import { Output } from "../../cli/Output.ts"
import { ask, connect } from "../../sandbox/Connection.ts"
import * as Options from "../../sandbox/Options.ts"
import * as Report from "../../sandbox/Report.ts"

const grammar: Grammar = {
  description: "Delete an environment, its apps and its secrets.",
  options: [
    Options.team,
    Options.host,
    { kind: "flag", names: ["--yes"], key: "yes", help: "do not ask" },
    ...outputOptions
  ],
  positionals: [{ key: "name", help: "the environment" }],
  examples: ["ebb environments delete staging"]
}

const words = Schema.Struct({ ...Options.words, name: Schema.String, yes: Schema.optionalKey(Schema.Boolean) })

/** Whether the name was typed once more. */
const isConfirmed = Effect.fnUntraced(function* (name: string) {
  const { io, note } = yield* Output
  yield* note(`Warning: the apps and secrets of environment '${name}' are deleted with it.\n`)
  yield* note(`Type the environment name '${name}' to confirm deletion: `)
  const answer = yield* Effect.promise(() => io.stdin.readLine())
  if (answer === null) return yield* new CommandFailed({ text: "EOF when reading a line" })
  return answer.trim() === name
})

const run = Effect.fn("environments.delete")(function* (given: typeof words.Type) {
  const { name } = given
  const connection = yield* connect(given)
  if (given.yes !== true && !(yield* isConfirmed(name))) {
    return yield* Report.said("Deletion cancelled. Environment name did not match.", { ok: false })
  }
  yield* ask(connection, Api.deleteEnvironment, { params: { name } })
  return yield* Report.said(`Deleted environment '${name}'`)
})

/** `ebb environments delete NAME` */
export const remove = Leaf.make({ grammar, words, run })
