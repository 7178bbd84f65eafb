import { Effect, Schema } from "effect"
import { type Grammar, outputOptions } from "../kit/Grammar.ts"
import * as Leaf from "../kit/Leaf.ts"
import { Output } from "../kit/Output.ts"
import * as Answer from "../requests/Answer.ts"
import * as Callee from "../requests/Callee.ts"
import * as HttpCall from "../requests/HttpCall.ts"
import * as RequestInput from "../requests/RequestInput.ts"
import { connect, envQuery } from "../sandbox/Connection.ts"
import * as Options from "../sandbox/Options.ts"

const grammar: Grammar = {
  description: "Send an app one direct request and print its answer.",
  options: [Options.team, Options.host, Options.env, RequestInput.inputOption, ...outputOptions],
  positionals: [{ key: "app_name", metavar: "APP", help: "the app" }, ...RequestInput.positionals],
  examples: ["ebb run demo prompt=hello steps:=20", "ebb run demo /generate --input @request.json"]
}

const words = Schema.Struct({ ...Options.wordsWithEnv, ...RequestInput.words, app_name: Schema.String })

const run = Effect.fn("run")(function* (given: typeof words.Type) {
  const { io } = yield* Output
  const { body, path } = yield* RequestInput.requestOf(given, io.cwd)
  const connection = yield* connect(given)
  const { direct } = yield* Callee.of(connection, given.app_name, path, envQuery(io, given.env))
  return yield* Answer.print(yield* HttpCall.call(connection, "POST", direct, body))
})

/** `ebb run APP` */
export const runOnce = Leaf.make({ grammar, words, interruptedExit: 130, run })
