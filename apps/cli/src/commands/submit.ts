import { Effect } from "effect"
import { CommandFailed } from "../kit/Errors.ts"
import * as Argument from "../kit/Argument.ts"
import * as Leaf from "../kit/Leaf.ts"
import { Output } from "../kit/Output.ts"
import * as Answer from "../requests/Answer.ts"
import * as Callee from "../requests/Callee.ts"
import * as HttpCall from "../requests/HttpCall.ts"
import * as RequestInput from "../requests/RequestInput.ts"
import * as QueuedRequest from "../requests/QueuedRequest.ts"
import { connect, envQuery } from "../sandbox/Connection.ts"
import * as Options from "../sandbox/Options.ts"

const accepts = {
  team: Options.team,
  host: Options.host,
  env: Options.env,
  input: RequestInput.inputOption,
  wait: Argument.flag("--wait", "follow it and print the answer"),
  ...Argument.output,
  app_name: Argument.word("the app", { metavar: "APP" }),
  ...RequestInput.positionals
}

const run = Effect.fn("submit")(function* (given: Argument.Given<typeof accepts>) {
  const output = yield* Output
  const { body, path } = yield* RequestInput.requestOf(given, output.io.cwd)
  const connection = yield* connect(given)
  const query = envQuery(output.io, given.env)
  const { queued } = yield* Callee.of(connection, given.app_name, path, query)
  const taken = yield* HttpCall.call(connection, "POST", queued, body)
  const answered = yield* Answer.checked(yield* Callee.present(connection, given.app_name, query, taken))
  const submitted = QueuedRequest.submitted(answered.text)
  const requestId = submitted.request_id
  if (!given.wait) {
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
export const submit = Leaf.make({
  description: "Queue one request of an app and print its id; with --wait, its answer.",
  accepts,
  examples: ["ebb submit demo prompt=hello", "ebb submit demo /generate prompt=hello --wait"],
  interruptedExit: 130,
  run
})
