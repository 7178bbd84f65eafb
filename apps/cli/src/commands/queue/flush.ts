import * as Api from "@ebb/protocol/rest/Api"
import { Effect, Schema } from "effect"
import { type Grammar, outputOptions } from "../../cli/Grammar.ts"
import * as Leaf from "../../cli/Leaf.ts"
import { ask, connect } from "../../sandbox/Connection.ts"
import * as Options from "../../sandbox/Options.ts"
import * as Report from "../../sandbox/Report.ts"
import * as Failed from "./Failed.ts"

const grammar: Grammar = {
  description: "Cancel all queued requests of an app that wait for a runner.",
  options: [
    Options.team,
    Options.host,
    { kind: "one", names: ["--caller-user-id"], key: "callerUserId", help: "only those of this caller" },
    ...outputOptions
  ],
  positionals: [{ key: "app_name", help: "the app" }],
  examples: ["ebb queue flush myapp"]
}

const words = Schema.Struct({
  ...Options.words,
  app_name: Schema.String,
  callerUserId: Schema.optionalKey(Schema.String)
})

const run = Effect.fn("queue.flush")(function* (given: typeof words.Type) {
  const { app_name: app, callerUserId } = given
  const connection = yield* connect(given)
  const query = callerUserId === undefined ? {} : { callerUserId }
  const flushing = ask(connection, Api.flushQueue, { params: { app }, query })
  yield* Effect.mapError(flushing, Failed.during("flush queue"))
  return yield* Report.said("Queue flushed successfully.")
})

/** `ebb queue flush APP` */
export const flush = Leaf.make({ grammar, words, run })
