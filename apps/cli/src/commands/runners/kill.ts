import { Effect } from "effect"
import * as Argument from "../../kit/Argument.ts"
import * as Api from "@ebb/protocol/rest/Api"
import * as RunnerId from "../../sandbox/RunnerId.ts"
import * as SilentCommand from "../../sandbox/SilentCommand.ts"

/** `ebb runners kill ID` */
export const kill = SilentCommand.make({
  name: "runners.kill",
  description: "Kill a runner at once, its requests with it.",
  accepts: { id: Argument.word("the runner") },
  call: ({ id }, ask) =>
    Effect.flatMap(RunnerId.resolve(ask, id), (runner) => ask(Api.killRunner, { params: { runner } }))
})
