import { Effect } from "effect"
import * as Argument from "../kit/Argument.ts"
import * as Leaf from "../kit/Leaf.ts"
import { Output } from "../kit/Output.ts"
import * as Answer from "../requests/Answer.ts"
import * as Callee from "../requests/Callee.ts"
import * as HttpCall from "../requests/HttpCall.ts"
import * as RequestInput from "../requests/RequestInput.ts"
import { connect, envQuery } from "../sandbox/Connection.ts"
import * as Options from "../sandbox/Options.ts"

const accepts = {
  team: Options.team,
  host: Options.host,
  env: Options.env,
  input: RequestInput.inputOption,
  ...Argument.output,
  app_name: Argument.word("the app", { metavar: "APP" }),
  ...RequestInput.positionals
}

const run = Effect.fn("run")(function* (given: Argument.Given<typeof accepts>) {
  const { io } = yield* Output
  const { body, path } = yield* RequestInput.requestOf(given, io.cwd)
  const connection = yield* connect(given)
  const query = envQuery(io, given.env)
  const { direct } = yield* Callee.of(connection, given.app_name, path, query)
  const answered = yield* HttpCall.call(connection, "POST", direct, body)
  return yield* Answer.print(yield* Callee.present(connection, given.app_name, query, answered))
})

/** `ebb run APP` */
export const runOnce = Leaf.make({
  description: "Send an app one direct request and print its answer.",
  accepts,
  examples: ["ebb run demo prompt=hello steps:=20", "ebb run demo /generate --input @request.json"],
  interruptedExit: 130,
  run
})
