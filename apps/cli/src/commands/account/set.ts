import { Effect, Schema } from "effect"
import { CommandFailed } from "../../kit/Errors.ts"
import { type Grammar, outputOptions } from "../../kit/Grammar.ts"
import * as Leaf from "../../kit/Leaf.ts"
import * as Sentence from "../../kit/Sentence.ts"
import * as TeamChoice from "./TeamChoice.ts"

const grammar: Grammar = {
  description: "Act for a team: it is the default of --team from now on, kept in the data directory.",
  options: [...outputOptions],
  positionals: [{ key: "account", help: "its name, or its number in ebb teams list" }],
  examples: ["ebb teams set acme", "ebb teams set 2"]
}

const words = Schema.Struct({ account: Schema.String })

const run = Effect.fn("account.set")(function* ({ account }: typeof words.Type) {
  const teams = yield* TeamChoice.all
  const named = teams.find(({ nickname }) => nickname.toLowerCase() === account.toLowerCase())
  const team = named ?? (/^\d+$/.test(account) ? teams[Number(account) - 1] : undefined)
  if (team === undefined) return yield* new CommandFailed({ text: `Team ${account} not found` })
  return yield* Sentence.said(yield* TeamChoice.choose(team), { team: team.nickname })
})

/** `ebb teams set TEAM` */
export const set = Leaf.make({ grammar, words, run })
