import * as Api from "@ebb/protocol/rest/Api"
import { Schema } from "effect"
import * as FaultOptions from "../../sandbox/FaultOptions.ts"
import * as Options from "../../sandbox/Options.ts"
import * as SilentCommand from "../../sandbox/SilentCommand.ts"

const faults = ["crash", "hang", "slow"] as const

/** `ebb runners fault ID FAULT` */
export const fault = SilentCommand.make({
  name: "runners.fault",
  description: "Make a runner crash, hang (nothing on it ends, SIGTERM does nothing) or hold its answers back.",
  options: [FaultOptions.forOption],
  positionals: [
    { key: "id", help: "the runner" },
    { key: "fault", choices: faults, help: "what is to happen" }
  ],
  examples: ["ebb runners fault 3f0c… hang --for 30s"],
  words: Schema.Struct({
    ...Options.words,
    id: Schema.String,
    fault: Schema.Literals(faults),
    for: Schema.optionalKey(Schema.Finite)
  }),
  call: ({ fault, for: forMs, id: runner }, ask) =>
    ask(Api.faultRunner, { params: { runner }, body: { do: fault, ...(forMs === undefined ? {} : { forMs }) } })
})
