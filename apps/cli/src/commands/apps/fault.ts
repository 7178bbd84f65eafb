import * as Argument from "../../kit/Argument.ts"
import * as Api from "@ebb/protocol/rest/Api"
import { appFaults } from "@ebb/protocol/rest/Faults"
import { Effect } from "effect"
import { InvalidInput } from "../../kit/Errors.ts"
import { Output } from "../../kit/Output.ts"
import { envQuery } from "../../sandbox/Connection.ts"
import * as FaultOptions from "../../sandbox/FaultOptions.ts"
import * as Options from "../../sandbox/Options.ts"
import * as SilentCommand from "../../sandbox/SilentCommand.ts"

/** `ebb apps fault APP FAULT` */
export const fault = SilentCommand.make({
  name: "apps.fault",
  description:
    "Make an app fail on purpose from now on: the starts or teardowns of its simulated runners, or its queue, where submits " +
    "or polls get an error, or no answer until the fault is over.",
  accepts: {
    for: FaultOptions.forOption,
    status: FaultOptions.statusOption,
    stop: Argument.flag("--stop", "end it now"),
    env: Options.env,
    app_name: Argument.word("the app"),
    fault: Argument.wordOf(appFaults, `what is to go wrong: ${appFaults.join(", ")}`, { metavar: "FAULT" })
  },
  examples: [
    "ebb apps fault demo setup_failure --for 1m",
    "ebb apps fault demo poll_failure --status 502 --for 30s",
    "ebb apps fault demo setup_failure --stop"
  ],
  refuse: ({ fault, for: forMs, status, stop }) => {
    const useless = (option: string, why: string) =>
      new InvalidInput({ text: `${option} has no use with ${why}; leave it out` })
    if (stop && forMs !== undefined) return useless("--for", "--stop, which ends the fault now")
    if (stop && status !== undefined) return useless("--status", "--stop, which ends the fault now")
    const answers = fault === "submit_failure" || fault === "poll_failure"
    return status === undefined || answers ? null : useless("--status", `${fault}, which answers nothing`)
  },
  call: ({ app_name: app, env, fault, for: forMs, status, stop }, ask) =>
    Effect.flatMap(Output, ({ io }) => {
      const query = envQuery(io, env)
      if (stop) return ask(Api.endFault, { params: { app, fault }, query })
      const body = { do: fault, ...(forMs === undefined ? {} : { forMs }), ...(status === undefined ? {} : { status }) }
      return ask(Api.faultApp, { params: { app }, query, body })
    })
})
