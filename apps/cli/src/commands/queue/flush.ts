import * as Argument from "../../kit/Argument.ts"
import * as Api from "@ebb/protocol/rest/Api"
import { Effect } from "effect"
import * as SilentCommand from "../../sandbox/SilentCommand.ts"
import * as QueueFailure from "./QueueFailure.ts"

/** `ebb queue flush APP` */
export const flush = SilentCommand.make({
  name: "queue.flush",
  description: "Cancel all queued requests of an app that wait for a runner.",
  accepts: {
    callerUserId: Argument.text("--caller-user-id", "only those of this caller"),
    app_name: Argument.word("the app")
  },
  examples: ["ebb queue flush myapp"],
  call: ({ app_name: app, callerUserId }, ask) =>
    ask(Api.flushQueue, { params: { app }, query: callerUserId === undefined ? {} : { callerUserId } }).pipe(
      Effect.mapError(QueueFailure.during("flush queue"))
    ),
  say: () => "Queue flushed successfully."
})
