import { Effect } from "effect"
import { CommandFailed } from "../../kit/Errors.ts"
import * as Argument from "../../kit/Argument.ts"
import * as Leaf from "../../kit/Leaf.ts"
import * as Sentence from "../../kit/Sentence.ts"
import * as TeamChoice from "./TeamChoice.ts"

const accepts = { ...Argument.output }

const run = Effect.fn("account.unset")(function* () {
  const team = (yield* TeamChoice.all).find(({ is_personal }) => is_personal)
  if (team === undefined) return yield* new CommandFailed({ text: "There is no personal account" })
  return yield* Sentence.said(yield* TeamChoice.choose(team), { team: team.nickname })
})

/** `ebb teams unset` */
export const unset = Leaf.make({
  description: "Act for the personal account again.",
  accepts,
  examples: ["ebb teams unset"],
  run
})
