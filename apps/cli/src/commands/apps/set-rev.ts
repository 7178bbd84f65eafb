import * as Api from "@ebb/protocol/rest/Api"
import { AuthMode, DeployStrategy } from "@ebb/protocol/rest/Shapes"
import { Effect, Schema } from "effect"
import { type Grammar, outputOptions } from "../../kit/Grammar.ts"
import * as Leaf from "../../kit/Leaf.ts"
import { Output } from "../../kit/Output.ts"
import { ask, connect, envQuery } from "../../sandbox/Connection.ts"
import * as Options from "../../sandbox/Options.ts"
import * as AppTable from "../../sandbox/AppTable.ts"

const grammar: Grammar = {
  description: "Point an app at a revision that it had before.",
  options: [
    Options.team,
    Options.host,
    {
      kind: "one",
      names: ["--auth"],
      key: "auth",
      choices: ["public", "private", "shared"],
      help: "who may call it (default: as it is)"
    },
    {
      kind: "one",
      names: ["--strategy"],
      key: "strategy",
      choices: ["recreate", "rolling"],
      help: "how the revision takes over (default: recreate)"
    },
    Options.env,
    ...outputOptions
  ],
  positionals: [
    { key: "app_name", help: "the app" },
    { key: "app_rev", help: "the revision's id" }
  ]
}

const words = Schema.Struct({
  ...Options.wordsWithEnv,
  auth: Schema.optionalKey(AuthMode),
  strategy: Schema.optionalKey(DeployStrategy),
  app_name: Schema.String,
  app_rev: Schema.String
})

const run = Effect.fn("apps.set-rev")(function* ({
  app_name: app,
  app_rev: revision,
  auth,
  env,
  strategy,
  ...asked
}: typeof words.Type) {
  const output = yield* Output
  const connection = yield* connect(asked)
  const body = { revision, ...(auth === undefined ? {} : { auth }), ...(strategy === undefined ? {} : { strategy }) }
  const query = envQuery(output.io, env)
  const { app: info } = yield* ask(connection, Api.setRevision, { params: { app }, query, body })
  if (output.json) yield* output.value({ apps: [AppTable.json(info)] })
  else yield* output.result(AppTable.render([info], output.stdout))
  return 0
})

/** `ebb apps set-rev APP REV` */
export const setRev = Leaf.make({ grammar, words, run })
