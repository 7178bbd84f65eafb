import { Effect } from "effect"
import * as Argument from "../../kit/Argument.ts"
import * as Api from "@ebb/protocol/rest/Api"
import * as RunnerId from "../../sandbox/RunnerId.ts"
import * as SilentCommand from "../../sandbox/SilentCommand.ts"

/** `ebb runners stop ID` */
export const stop = SilentCommand.make({
  name: "runners.stop",
  description: "Stop a runner: it finishes its requests first.",
  accepts: {
    replace: Argument.flag(["-r", "--replace"], "start its replacement first"),
    id: Argument.word("the runner")
  },
  call: ({ id, replace }, ask) =>
    Effect.flatMap(RunnerId.resolve(ask, id), (runner) =>
      ask(Api.stopRunner, { params: { runner }, body: { replaceFirst: replace } })
    )
})
