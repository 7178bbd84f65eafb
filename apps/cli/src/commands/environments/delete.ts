import * as Api from "@ebb/protocol/rest/Api"
import { Effect } from "effect"
import { CommandFailed } from "../../kit/Errors.ts"
import * as Argument from "../../kit/Argument.ts"
import * as Leaf from "../../kit/Leaf.ts"
import { Output } from "../../kit/Output.ts"
import { ask, connect } from "../../sandbox/Connection.ts"
import * as Options from "../../sandbox/Options.ts"

const accepts = {
  team: Options.team,
  host: Options.host,
  yes: Argument.flag("--yes", "do not ask"),
  ...Argument.output,
  name: Argument.word("the environment")
}

/** Asks for the name; false when another was typed. */
const confirmed = Effect.fnUntraced(function* (name: string) {
  const { io, note, warn } = yield* Output
  yield* warn(`This deletes the environment '${name}' with all of its apps and secrets, for good.`)
  yield* note(`Type the environment name '${name}' to confirm deletion: `)
  const answer = yield* Effect.promise(() => io.stdin.readLine())
  if (answer === null) return yield* new CommandFailed({ text: "EOF when reading a line" })
  return answer.trim() === name
})

const run = Effect.fn("environments.delete")(function* ({ name, yes, ...asked }: Argument.Given<typeof accepts>) {
  const output = yield* Output
  const connection = yield* connect(asked)
  if (!yes && !(yield* confirmed(name))) {
    yield* output.note("Deletion cancelled. Environment name did not match.\n")
    return 0
  }
  yield* ask(connection, Api.deleteEnvironment, { params: { name } })
  yield* output.json ? output.value({ ok: true }) : output.result(`Deleted environment '${name}'\n`)
  return 0
})

/** `ebb environments delete NAME` */
export const remove = Leaf.make({ description: "Delete an environment, its apps and secrets with it.", accepts, run })
