import * as Api from "@ebb/protocol/rest/Api"
import { Effect, Schema } from "effect"
import { type Grammar, outputOptions } from "../kit/Grammar.ts"
import * as Leaf from "../kit/Leaf.ts"
import { Output } from "../kit/Output.ts"
import { ask, connect } from "../sandbox/Connection.ts"
import * as Options from "../sandbox/Options.ts"

const grammar: Grammar = {
  description: "Print a fresh link to the page; it signs one browser in, once.",
  options: [Options.host, ...outputOptions],
  positionals: []
}

const words = Schema.Struct({ host: Schema.optionalKey(Schema.String) })

const run = Effect.fn("dashboard")(function* (given: typeof words.Type) {
  const output = yield* Output
  const connection = yield* connect(given)
  const link = yield* ask(connection, Api.dashboardLink, { params: {} })
  yield* output.json ? output.value(link) : output.result(`${link.url}\n`)
  return 0
})

/** `ebb dashboard` */
export const dashboard = Leaf.make({ grammar, words, run })
