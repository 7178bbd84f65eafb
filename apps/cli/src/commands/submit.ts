import { Effect, Schema } from "effect"
import { CommandFailed } from "../kit/Errors.ts"
import { type Grammar, outputOptions } from "../kit/Grammar.ts"
import * as Leaf from "../kit/Leaf.ts"
import { Output } from "../kit/Output.ts"
import * as Answer from "../requests/Answer.ts"
import * as Callee from "../requests/Callee.ts"
import * as HttpCall from "../requests/HttpCall.ts"
import * as RequestInput from "../requests/RequestInput.ts"
import * as QueuedRequest from "../requests/QueuedRequest.ts"
import { connect, envQuery } from "../sandbox/Connection.ts"
import * as Options from "../sandbox/Options.ts"

const grammar: Grammar = {
  description: "Queue one request of an app and print its id; with --wait, its answer.",
  options: [
    Options.team,
    Options.host,
    Options.env,
    RequestInput.inputOption,
    { kind: "flag", names: ["--wait"], key: "wait", help: "follow it and print the answer" },
    ...outputOptions
  ],
  positionals: [{ key: "app_name", metavar: "APP", help: "the app" }, ...RequestInput.positionals],
  examples: ["ebb submit demo prompt=hello", "ebb submit demo /generate prompt=hello --wait"]
}

const words = Schema.Struct({
  ...Options.wordsWithEnv,
  ...RequestInput.words,
  app_name: Schema.String,
  wait: Schema.optionalKey(Schema.Boolean)
})

const run = Effect.fn("submit")(function* (given: typeof words.Type) {
  const output = yield* Output
  const { body, path } = yield* RequestInput.requestOf(given, output.io.cwd)
  const connection = yield* connect(given)
  const { queued } = yield* Callee.of(connection, given.app_name, path, envQuery(output.io, given.env))
  const answered = yield* Answer.checked(yield* HttpCall.call(connection, "POST", queued, body))
  const submitted = QueuedRequest.submitted(answered.text)
  const requestId = submitted.request_id
  if (given.wait !== true) {
    yield* output.json ? output.value({ requestId }) : output.result(`${requestId}\n`)
    return 0
  }
  const answer = yield* Effect.tryPromise({
    try: (signal) => QueuedRequest.answerOf(connection, submitted, signal),
    catch: (because) => new CommandFailed({ text: `The connection broke; the request is ${requestId}`, because })
  })
  return yield* Answer.print(answer)
})

/** `ebb submit APP` */
export const submit = Leaf.make({ grammar, words, interruptedExit: 130, run })
