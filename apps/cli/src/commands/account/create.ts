import * as Api from "@ebb/protocol/rest/Api"
import { Effect } from "effect"
import * as Argument from "../../kit/Argument.ts"
import * as Leaf from "../../kit/Leaf.ts"
import { ask, connectAsSelf } from "../../sandbox/Connection.ts"
import * as Options from "../../sandbox/Options.ts"
import * as Sentence from "../../kit/Sentence.ts"
import * as NewKeyText from "../../sandbox/NewKeyText.ts"

const accepts = {
  host: Options.host,
  ...Argument.output,
  name: Argument.word("letters, digits and single hyphens", { metavar: "NAME" })
}

const run = Effect.fn("account.create")(function* (given: Argument.Given<typeof accepts>) {
  const connection = yield* connectAsSelf(given)
  const { key, team } = yield* ask(connection, Api.createTeam, { params: {}, body: { name: given.name } })
  return yield* Sentence.said(NewKeyText.told(key), { team: team.nickname, ...key })
})

/** `ebb teams create NAME` */
export const create = Leaf.make({
  description: "Make a team, and an ADMIN key of it.",
  accepts,
  examples: ["ebb teams create acme", "ebb apps list --team acme"],
  run
})
