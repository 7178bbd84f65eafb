import * as Api from "@ebb/protocol/rest/Api"
import { type NewKey } from "@ebb/protocol/rest/Shapes"
import { Effect } from "effect"
import * as Argument from "../../kit/Argument.ts"
import * as Leaf from "../../kit/Leaf.ts"
import { Output } from "../../kit/Output.ts"
import { ask, connect } from "../../sandbox/Connection.ts"
import * as Options from "../../sandbox/Options.ts"

const accepts = {
  team: Options.team,
  host: Options.host,
  scope: Argument.required(Argument.choice("--scope", ["ADMIN", "API"], "ADMIN manages, API only calls apps")),
  desc: Argument.text("--desc", "what it is for"),
  ...Argument.output
}

/** What is said of a key that was just made. */
export const told = ({ key_id, key_secret, scope }: NewKey): string =>
  [
    `Generated key id and key secret, with the scope \`${scope}\`.`,
    "This is the only time the secret will be visible.",
    "You will need to generate a new key pair if you lose access to this secret.",
    `FAL_KEY='${key_id}:${key_secret}'`
  ].join("\n")

const run = Effect.fn("keys.create")(function* ({ desc, scope, ...asked }: Argument.Given<typeof accepts>) {
  const output = yield* Output
  const connection = yield* connect(asked)
  const body = { scope, ...(desc === undefined ? {} : { description: desc }) }
  const key = yield* ask(connection, Api.createKey, { params: {}, body })
  yield* output.json ? output.value(key) : output.result(`${told(key)}\n`)
  return 0
})

/** `ebb keys create` */
export const create = Leaf.make({ description: "Make a key of the team.", accepts, run })
