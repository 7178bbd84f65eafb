import * as Api from "@ebb/protocol/rest/Api"
import * as Format from "@ebb/text/Format"
import { Effect } from "effect"
import * as Argument from "../../kit/Argument.ts"
import * as Leaf from "../../kit/Leaf.ts"
import { Output } from "../../kit/Output.ts"
import { ask, connect } from "../../sandbox/Connection.ts"
import * as Options from "../../sandbox/Options.ts"
import * as QueueFailure from "./QueueFailure.ts"

const accepts = {
  team: Options.team,
  host: Options.host,
  callerUserId: Argument.text("--caller-user-id", "only those of this caller"),
  ...Argument.output,
  app_name: Argument.word("the app")
}

type Words = Argument.Given<typeof accepts>

/** The line on stdout is the same whatever waited; this tells a flush from a caller that was mistaken for another. */
const cancelled = ({ callerUserId }: Words, flushed: number): string => {
  const whose = callerUserId === undefined ? "" : ` of ${callerUserId}`
  return flushed === 0 ? `No request${whose} was waiting` : `${Format.counted(flushed, "request")}${whose} cancelled`
}

const run = Effect.fn("queue.flush")(function* (given: Words) {
  const output = yield* Output
  const connection = yield* connect(given)
  const { app_name: app, callerUserId } = given
  const query = callerUserId === undefined ? {} : { callerUserId }
  const { flushed } = yield* Effect.mapError(
    ask(connection, Api.flushQueue, { params: { app }, query }),
    QueueFailure.during("flush queue")
  )
  if (output.json) {
    yield* output.value({ ok: true, flushed })
    return 0
  }
  yield* output.result("Queue flushed successfully.\n")
  if (callerUserId !== undefined || flushed > 0) yield* output.note(`${cancelled(given, flushed)}.\n`)
  return 0
})

/** `ebb queue flush APP` */
export const flush = Leaf.make({
  description: "Cancel all queued requests of an app that wait for a runner.",
  accepts,
  examples: ["ebb queue flush myapp"],
  run
})
