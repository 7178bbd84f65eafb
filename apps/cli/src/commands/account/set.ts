import { Effect } from "effect"
import { CommandFailed } from "../../kit/Errors.ts"
import * as Argument from "../../kit/Argument.ts"
import * as Leaf from "../../kit/Leaf.ts"
import * as Sentence from "../../kit/Sentence.ts"
import * as TeamChoice from "./TeamChoice.ts"

const accepts = { ...Argument.output, account: Argument.word("its name, or its number in ebb teams list") }

const run = Effect.fn("account.set")(function* ({ account }: Argument.Given<typeof accepts>) {
  const teams = yield* TeamChoice.all
  const named = teams.find(({ nickname }) => nickname.toLowerCase() === account.toLowerCase())
  const team = named ?? (/^\d+$/.test(account) ? teams[Number(account) - 1] : undefined)
  if (team === undefined) return yield* new CommandFailed({ text: `Team ${account} not found` })
  return yield* Sentence.said(yield* TeamChoice.choose(team), { team: team.nickname })
})

/** `ebb teams set TEAM` */
export const set = Leaf.make({
  description: "Act for a team: it is the default of --team from now on, kept in the data directory.",
  accepts,
  examples: ["ebb teams set acme", "ebb teams set 2"],
  run
})
