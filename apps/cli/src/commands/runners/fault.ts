import { Effect } from "effect"
import * as Argument from "../../kit/Argument.ts"
import * as Api from "@ebb/protocol/rest/Api"
import { runnerFaults } from "@ebb/protocol/rest/Faults"
import * as FaultOptions from "../../sandbox/FaultOptions.ts"
import * as RunnerId from "../../sandbox/RunnerId.ts"
import * as SilentCommand from "../../sandbox/SilentCommand.ts"

/** `ebb runners fault ID FAULT` */
export const fault = SilentCommand.make({
  name: "runners.fault",
  description: "Make a runner crash, hang (nothing on it ends, SIGTERM does nothing) or hold its answers back.",
  accepts: {
    for: FaultOptions.forOption,
    id: Argument.word("the runner"),
    fault: Argument.wordOf(runnerFaults, "what is to happen")
  },
  examples: ["ebb runners fault 3f0c… hang --for 30s"],
  call: ({ fault, for: forMs, id }, ask) =>
    Effect.flatMap(RunnerId.resolve(ask, id), (runner) =>
      ask(Api.faultRunner, { params: { runner }, body: { do: fault, ...(forMs === undefined ? {} : { forMs }) } })
    )
})
