import { Effect, Schema, Stream } from "effect"
import { type Grammar, outputOptions } from "../cli/Grammar.ts"
import * as Leaf from "../cli/Leaf.ts"
import { Output } from "../cli/Output.ts"
import * as DataCall from "../data/DataCall.ts"
import * as Input from "../data/Input.ts"
import { connect, envQuery } from "../sandbox/Connection.ts"
import * as Options from "../sandbox/Options.ts"
import * as ServerEvents from "../sandbox/ServerEvents.ts"

const grammar: Grammar = {
  description: "Queue one request of an app and print its id; with --wait, its answer.",
  options: [
    Options.team,
    Options.host,
    Options.env,
    Input.inputOption,
    { kind: "flag", names: ["--wait"], key: "wait", help: "follow it and print the answer" },
    ...outputOptions
  ],
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
  examples: ["ebb submit demo prompt=hello --wait"]
}

const Rest = Schema.Struct({ path: Schema.String, values: Schema.Record(Schema.String, Schema.Unknown) })

const words = Schema.Struct({
  ...Options.wordsWithEnv,
  app_name: Schema.String,
  rest: Schema.optionalKey(Rest),
  input: Schema.optionalKey(Schema.String),
  wait: Schema.optionalKey(Schema.Boolean)
})

const Submitted = Schema.Struct({ request_id: Schema.String, response_url: Schema.String, status_url: Schema.String })

const run = Effect.fn("submit")(function* (given: typeof words.Type) {
  const { app_name: app, env, input, rest = { path: "", values: {} }, wait = false, ...asked } = given
  const output = yield* Output
  const connection = yield* connect(asked)
  const body = yield* Input.bodyOf(input, rest.values, output.io.cwd)
  const { queued } = yield* DataCall.place(connection, app, envQuery(output.io, env))
  const submitted = yield* DataCall.send(connection, `${queued}${rest.path}`, "POST", body)
  const { request_id, response_url, status_url } = Schema.decodeUnknownSync(Schema.fromJsonString(Submitted))(
    yield* DataCall.textOf(submitted)
  )
  if (!wait) {
    yield* output.json ? output.value({ request_id }) : output.result(`${request_id}\n`)
    return 0
  }
  const status = yield* DataCall.send(connection, `${status_url}/stream`, "GET", null)
  if (status.body !== null) yield* Stream.runDrain(ServerEvents.stream(status.body))
  const answer = yield* DataCall.textOf(yield* DataCall.send(connection, response_url, "GET", null))
  yield* output.result(`${answer.trimEnd()}\n`)
  return 0
})

/** `ebb submit APP` */
export const submit = Leaf.make({ grammar, words, run })
