import * as Api from "@ebb/protocol/rest/Api"
import { call } from "@ebb/protocol/rest/Client"
import { Effect } from "effect"
import * as Argument from "../../kit/Argument.ts"
import * as Leaf from "../../kit/Leaf.ts"
import { Output } from "../../kit/Output.ts"
import { connect, envQuery, failure } from "../../sandbox/Connection.ts"
import * as Options from "../../sandbox/Options.ts"

const accepts = {
  team: Options.team,
  host: Options.host,
  env: Options.env,
  ...Argument.output,
  app_name: Argument.word("the app")
}

const run = Effect.fn("apps.delete")(function* (given: Argument.Given<typeof accepts>) {
  const output = yield* Output
  const connection = yield* connect(given)
  const query = envQuery(output.io, given.env)
  const name = given.app_name
  const deleted = yield* call(connection, Api.deleteApp, { params: { app: name }, query }).pipe(
    Effect.catchTag("ApiError", (error) =>
      error.status === 404 ? Effect.succeed({ alias: name, revision: null }) : Effect.fail(error)
    ),
    Effect.mapError(failure)
  )
  const { revision } = deleted
  const text =
    revision === null ? `Application '${name}' not found.\n` : `Application '${name}' deleted (${revision})\n`
  yield* output.json ? output.value(deleted) : output.result(text)
  return 0
})

/** `ebb apps delete APP` */
export const remove = Leaf.make({
  description: "Delete an app: it is gone at once, its runners finish what they are doing.",
  accepts,
  run
})
