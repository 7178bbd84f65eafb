import * as Argument from "../../kit/Argument.ts"
import * as Api from "@ebb/protocol/rest/Api"
import * as SilentCommand from "../../sandbox/SilentCommand.ts"

/** `ebb runners stop ID` */
export const stop = SilentCommand.make({
  name: "runners.stop",
  description: "Stop a runner: it finishes its requests first.",
  accepts: {
    replace: Argument.flag(["-r", "--replace"], "start its replacement first"),
    id: Argument.word("the runner")
  },
  call: ({ id: runner, replace }, ask) => ask(Api.stopRunner, { params: { runner }, body: { replaceFirst: replace } })
})
