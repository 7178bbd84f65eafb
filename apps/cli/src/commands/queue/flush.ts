import * as Api from "@ebb/protocol/rest/Api"
import { Effect, Schema } from "effect"
import * as Options from "../../sandbox/Options.ts"
import * as SilentCommand from "../../sandbox/SilentCommand.ts"
import * as QueueFailure from "./QueueFailure.ts"

/** `ebb queue flush APP` */
export const flush = SilentCommand.make({
  name: "queue.flush",
  description: "Cancel all queued requests of an app that wait for a runner.",
  options: [{ kind: "one", names: ["--caller-user-id"], key: "callerUserId", help: "only those of this caller" }],
  positionals: [{ key: "app_name", help: "the app" }],
  examples: ["ebb queue flush myapp"],
  words: Schema.Struct({
    ...Options.words,
    app_name: Schema.String,
    callerUserId: Schema.optionalKey(Schema.String)
  }),
  call: ({ app_name: app, callerUserId }, ask) =>
    ask(Api.flushQueue, { params: { app }, query: callerUserId === undefined ? {} : { callerUserId } }).pipe(
      Effect.mapError(QueueFailure.during("flush queue"))
    ),
  say: () => "Queue flushed successfully."
})
