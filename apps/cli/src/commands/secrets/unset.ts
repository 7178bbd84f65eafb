import * as Api from "@ebb/protocol/rest/Api"
import { Effect, Schema } from "effect"
import { Output } from "../../kit/Output.ts"
import { envQuery } from "../../sandbox/Connection.ts"
import * as Options from "../../sandbox/Options.ts"
import * as SilentCommand from "../../sandbox/SilentCommand.ts"

/** `ebb secrets unset NAME` */
export const unset = SilentCommand.make({
  name: "secrets.unset",
  description: "Remove a secret: runners started from now on do not see it.",
  options: [Options.env],
  positionals: [{ key: "name", metavar: "NAME", help: "the secret" }],
  words: Schema.Struct({ ...Options.wordsWithEnv, name: Schema.String }),
  call: ({ env, name }, ask) =>
    Effect.flatMap(Output, ({ io }) => ask(Api.unsetSecret, { params: { name }, query: envQuery(io, env) }))
})
