import * as Api from "@ebb/protocol/rest/Api"
import { Effect, Schema } from "effect"
import { type Grammar, outputOptions } from "../../kit/Grammar.ts"
import * as Leaf from "../../kit/Leaf.ts"
import { ask, connectAsSelf } from "../../sandbox/Connection.ts"
import * as Options from "../../sandbox/Options.ts"
import * as Sentence from "../../kit/Sentence.ts"
import { told } from "../keys/create.ts"

const grammar: Grammar = {
  description: "Make a team, and an ADMIN key of it.",
  options: [Options.host, ...outputOptions],
  positionals: [{ key: "name", metavar: "NAME", help: "letters, digits and single hyphens" }],
  examples: ["ebb teams create acme", "ebb apps list --team acme"]
}

const words = Schema.Struct({ name: Schema.String, host: Schema.optionalKey(Schema.String) })

const run = Effect.fn("account.create")(function* (given: typeof words.Type) {
  const connection = yield* connectAsSelf(given)
  const { key, team } = yield* ask(connection, Api.createTeam, { params: {}, body: { name: given.name } })
  return yield* Sentence.said(told(key), { team: team.nickname, ...key })
})

/** `ebb teams create NAME` */
export const create = Leaf.make({ grammar, words, run })
