import * as Argument from "../../kit/Argument.ts"
import * as Api from "@ebb/protocol/rest/Api"
import * as Format from "@ebb/text/Format"
import { Effect } from "effect"
import * as SilentCommand from "../../sandbox/SilentCommand.ts"
import * as QueueFailure from "./QueueFailure.ts"

/** The line on stdout is the same whatever waited; this tells a flush from a caller that was mistaken for another. */
const cancelled = (callerUserId: string | undefined, flushed: number): string | null => {
  const whose = callerUserId === undefined ? "" : ` of ${callerUserId}`
  if (flushed > 0) return `${Format.counted(flushed, "request")}${whose} cancelled.`
  return callerUserId === undefined ? null : `No request${whose} was waiting.`
}

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
  say: () => "Queue flushed successfully.",
  tell: ({ flushed }) => ({ flushed }),
  note: ({ callerUserId }, { flushed }) => cancelled(callerUserId, flushed)
})
