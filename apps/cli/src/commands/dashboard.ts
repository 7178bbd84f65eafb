import * as Api from "@ebb/protocol/rest/Api"
import { Effect } from "effect"
import * as Argument from "../kit/Argument.ts"
import * as Leaf from "../kit/Leaf.ts"
import { Output } from "../kit/Output.ts"
import { ask, connect } from "../sandbox/Connection.ts"
import * as Options from "../sandbox/Options.ts"

const accepts = { host: Options.host, ...Argument.output }

const run = Effect.fn("dashboard")(function* (given: Argument.Given<typeof accepts>) {
  const output = yield* Output
  const connection = yield* connect(given)
  const link = yield* ask(connection, Api.dashboardLink, { params: {} })
  yield* output.json ? output.value(link) : output.result(`${link.url}\n`)
  return 0
})

/** `ebb dashboard` */
export const dashboard = Leaf.make({
  description: "Print a fresh link to the page; it signs one browser in, once.",
  accepts,
  run
})
