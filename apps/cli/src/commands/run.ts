import { Effect, Schema } from "effect"
import { type Grammar, outputOptions } from "../cli/Grammar.ts"
import * as Leaf from "../cli/Leaf.ts"
import { Output } from "../cli/Output.ts"
import * as DataCall from "../data/DataCall.ts"
import * as Input from "../data/Input.ts"
import { connect, envQuery } from "../sandbox/Connection.ts"
import * as Options from "../sandbox/Options.ts"

const grammar: Grammar = {
  description: "Send an app one direct request and print its answer.",
  options: [Options.team, Options.host, Options.env, Input.inputOption, ...outputOptions],
  positionals: [
    { key: "app_name", metavar: "APP", help: "the app" },
    {
      key: "rest",
      metavar: "[PATH] KEY=VALUE",
      count: "*",
      together: Input.rest,
      help: "a path of the app and what to send; key:=1 is JSON"
    }
  ],
  examples: ["ebb run demo prompt=hello", "ebb run demo /generate --input @request.json"]
}

const Rest = Schema.Struct({ path: Schema.String, values: Schema.Record(Schema.String, Schema.Unknown) })

const words = Schema.Struct({
  ...Options.wordsWithEnv,
  app_name: Schema.String,
  rest: Schema.optionalKey(Rest),
  input: Schema.optionalKey(Schema.String)
})

const run = Effect.fn("run")(function* ({
  app_name: app,
  env,
  input,
  rest = { path: "", values: {} },
  ...asked
}: typeof words.Type) {
  const output = yield* Output
  const connection = yield* connect(asked)
  const body = yield* Input.bodyOf(input, rest.values, output.io.cwd)
  const { direct } = yield* DataCall.place(connection, app, envQuery(output.io, env))
  const response = yield* DataCall.send(connection, `${direct}${rest.path}`, "POST", body)
  const text = yield* DataCall.textOf(response)
  yield* output.result(`${text.trimEnd()}\n`)
  return 0
})

/** `ebb run APP` */
export const runOnce = Leaf.make({ grammar, words, run })
