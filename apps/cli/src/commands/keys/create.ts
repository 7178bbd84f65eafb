import * as Api from "@ebb/protocol/rest/Api"
import { Effect } from "effect"
import * as Argument from "../../kit/Argument.ts"
import * as Leaf from "../../kit/Leaf.ts"
import { Output } from "../../kit/Output.ts"
import { ask, connect } from "../../sandbox/Connection.ts"
import * as NewKeyText from "../../sandbox/NewKeyText.ts"
import * as Options from "../../sandbox/Options.ts"

const accepts = {
  team: Options.team,
  host: Options.host,
  scope: Argument.required(Argument.choice("--scope", ["ADMIN", "API"], "ADMIN manages, API only calls apps")),
  desc: Argument.text("--desc", "what it is for"),
  ...Argument.output
}

const run = Effect.fn("keys.create")(function* ({ desc, scope, ...asked }: Argument.Given<typeof accepts>) {
  const output = yield* Output
  const connection = yield* connect(asked)
  const body = { scope, ...(desc === undefined ? {} : { description: desc }) }
  const key = yield* ask(connection, Api.createKey, { params: {}, body })
  yield* output.json ? output.value(key) : output.result(`${NewKeyText.told(key)}\n`)
  return 0
})

/** `ebb keys create` */
export const create = Leaf.make({ description: "Make a key of the team.", accepts, run })
