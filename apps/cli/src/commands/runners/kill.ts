import * as Argument from "../../kit/Argument.ts"
import * as Api from "@ebb/protocol/rest/Api"
import * as SilentCommand from "../../sandbox/SilentCommand.ts"

/** `ebb runners kill ID` */
export const kill = SilentCommand.make({
  name: "runners.kill",
  description: "Kill a runner at once, its requests with it.",
  accepts: { id: Argument.word("the runner") },
  call: ({ id: runner }, ask) => ask(Api.killRunner, { params: { runner } })
})
