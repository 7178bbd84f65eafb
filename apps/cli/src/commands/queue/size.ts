import * as Api from "@ebb/protocol/rest/Api"
import { Effect, Schema } from "effect"
import { type Grammar, outputOptions } from "../../kit/Grammar.ts"
import * as Leaf from "../../kit/Leaf.ts"
import { Output } from "../../kit/Output.ts"
import { ask, connect } from "../../sandbox/Connection.ts"
import * as Options from "../../sandbox/Options.ts"
import * as Table from "../../kit/Table.ts"
import * as QueueFailure from "./QueueFailure.ts"

const grammar: Grammar = {
  description: "How many queued requests of an app wait for a runner.",
  options: [
    ...outputOptions,
    Options.team,
    Options.host,
    { kind: "flag", names: ["--by-user"], key: "byUser", help: "also whose they are" }
  ],
  positionals: [{ key: "app_name", help: "the app" }],
  examples: ["ebb queue size myapp", "ebb queue size myapp --by-user"]
}

const words = Schema.Struct({
  ...Options.words,
  app_name: Schema.String,
  byUser: Schema.optionalKey(Schema.Boolean)
})

const columns: ReadonlyArray<Table.Column> = [
  { header: "Name", keep: true },
  { header: "Count", align: "right" }
]

const run = Effect.fn("queue.size")(function* (given: typeof words.Type) {
  const output = yield* Output
  const connection = yield* connect(given)
  const { by_user, size } = yield* Effect.mapError(
    ask(connection, Api.queueSize, { params: { app: given.app_name } }),
    QueueFailure.during("get queue size")
  )
  const byUser = given.byUser === true
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
export const size = Leaf.make({ grammar, words, run })
