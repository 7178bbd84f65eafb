import * as Api from "@ebb/protocol/rest/Api"
import { Effect } from "effect"
import * as Argument from "../../kit/Argument.ts"
import * as Leaf from "../../kit/Leaf.ts"
import { Output } from "../../kit/Output.ts"
import { ask, connect } from "../../sandbox/Connection.ts"
import * as Options from "../../sandbox/Options.ts"
import { json } from "./list.ts"

const accepts = {
  team: Options.team,
  host: Options.host,
  description: Argument.text("--description", "what it is for"),
  ...Argument.output,
  name: Argument.word("the environment")
}

const run = Effect.fn("environments.create")(function* ({
  description,
  name,
  ...asked
}: Argument.Given<typeof accepts>) {
  const output = yield* Output
  const connection = yield* connect(asked)
  const body = { name, ...(description === undefined ? {} : { description }) }
  const { environment } = yield* ask(connection, Api.createEnvironment, { params: {}, body })
  yield* output.json
    ? output.value({ environment: json(environment) })
    : output.result(`Created environment '${name}'\n`)
  return 0
})

/** `ebb environments create NAME` */
export const create = Leaf.make({ description: "Make an environment: apps and secrets of its own.", accepts, run })
