import * as Argument from "../../kit/Argument.ts"
import * as Api from "@ebb/protocol/rest/Api"
import { Effect } from "effect"
import { Output } from "../../kit/Output.ts"
import { envQuery } from "../../sandbox/Connection.ts"
import * as FaultOptions from "../../sandbox/FaultOptions.ts"
import * as Options from "../../sandbox/Options.ts"
import * as SilentCommand from "../../sandbox/SilentCommand.ts"

const faults = ["setup_failure", "scheduling_failure", "slow_teardown"] as const

/** `ebb apps fault APP FAULT` */
export const fault = SilentCommand.make({
  name: "apps.fault",
  description: "Make every later start or teardown of an app's simulated runners fail.",
  accepts: {
    for: FaultOptions.forOption,
    env: Options.env,
    app_name: Argument.word("the app"),
    fault: Argument.wordOf(faults, "what is to go wrong")
  },
  examples: ["ebb apps fault demo setup_failure --for 1m"],
  call: ({ app_name: app, env, fault, for: forMs }, ask) =>
    Effect.flatMap(Output, ({ io }) =>
      ask(Api.faultApp, {
        params: { app },
        query: envQuery(io, env),
        body: { do: fault, ...(forMs === undefined ? {} : { forMs }) }
      })
    )
})
