import * as Api from "@ebb/protocol/rest/Api"
import { Effect, Schema } from "effect"
import { type Grammar, outputOptions } from "../../kit/Grammar.ts"
import * as Leaf from "../../kit/Leaf.ts"
import { Output } from "../../kit/Output.ts"
import { ask, connect } from "../../sandbox/Connection.ts"
import * as Options from "../../sandbox/Options.ts"
import { json } from "./list.ts"

const grammar: Grammar = {
  description: "Make an environment: apps and secrets of its own.",
  options: [
    Options.team,
    Options.host,
    { kind: "one", names: ["--description"], key: "description", help: "what it is for" },
    ...outputOptions
  ],
  positionals: [{ key: "name", help: "the environment" }]
}

const words = Schema.Struct({ ...Options.words, description: Schema.optionalKey(Schema.String), name: Schema.String })

const run = Effect.fn("environments.create")(function* ({ description, name, ...asked }: typeof words.Type) {
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
export const create = Leaf.make({ grammar, words, run })
