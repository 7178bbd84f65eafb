import * as Api from "@ebb/protocol/rest/Api"
import { Effect } from "effect"
import * as Argument from "../../kit/Argument.ts"
import * as Leaf from "../../kit/Leaf.ts"
import { Output } from "../../kit/Output.ts"
import { ask, connect } from "../../sandbox/Connection.ts"
import * as Options from "../../sandbox/Options.ts"
import * as Table from "../../kit/Table.ts"
import * as QueueFailure from "./QueueFailure.ts"

const accepts = {
  ...Argument.output,
  team: Options.team,
  host: Options.host,
  byUser: Argument.flag("--by-user", "also whose they are"),
  app_name: Argument.word("the app")
}

const columns: ReadonlyArray<Table.Column> = [
  { header: "Name", keep: true },
  { header: "Count", align: "right" }
]

const run = Effect.fn("queue.size")(function* (given: Argument.Given<typeof accepts>) {
  const output = yield* Output
  const connection = yield* connect(given)
  const { by_user, size } = yield* Effect.mapError(
    ask(connection, Api.queueSize, { params: { app: given.app_name } }),
    QueueFailure.during("get queue size")
  )
  const byUser = given.byUser
  if (output.json) {
    yield* output.value(byUser ? { size, by_user } : { size })
    return 0
  }
  const rows = Object.entries(by_user).map(([name, count]) => [name, String(count)])
  if (byUser && size > 0) yield* output.result(Table.render(columns, rows, output.stdout))
  yield* output.result(`Total queue size: ${size}\n`)
  return 0
})

/** `ebb queue size APP` */
export const size = Leaf.make({
  description: "How many queued requests of an app wait for a runner.",
  accepts,
  examples: ["ebb queue size myapp", "ebb queue size myapp --by-user"],
  run
})
