import * as Argument from "../../kit/Argument.ts"
import * as Api from "@ebb/protocol/rest/Api"
import { Effect } from "effect"
import { Output } from "../../kit/Output.ts"
import { envQuery } from "../../sandbox/Connection.ts"
import * as Options from "../../sandbox/Options.ts"
import * as SilentCommand from "../../sandbox/SilentCommand.ts"

/** `ebb secrets unset NAME` */
export const unset = SilentCommand.make({
  name: "secrets.unset",
  description: "Remove a secret: runners started from now on do not see it.",
  accepts: { env: Options.env, name: Argument.word("the secret", { metavar: "NAME" }) },
  call: ({ env, name }, ask) =>
    Effect.flatMap(Output, ({ io }) => ask(Api.unsetSecret, { params: { name }, query: envQuery(io, env) }))
})
