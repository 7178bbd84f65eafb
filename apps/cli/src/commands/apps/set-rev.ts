import * as Api from "@ebb/protocol/rest/Api"
import { Effect } from "effect"
import * as Argument from "../../kit/Argument.ts"
import * as Leaf from "../../kit/Leaf.ts"
import { Output } from "../../kit/Output.ts"
import { ask, connect, envQuery } from "../../sandbox/Connection.ts"
import * as Options from "../../sandbox/Options.ts"
import * as AppTable from "../../sandbox/AppTable.ts"

const accepts = {
  team: Options.team,
  host: Options.host,
  auth: Argument.choice("--auth", ["public", "private", "shared"], "who may call it (default: as it is)"),
  strategy: Argument.choice("--strategy", ["recreate", "rolling"], "how the revision takes over (default: recreate)"),
  env: Options.env,
  ...Argument.output,
  app_name: Argument.word("the app"),
  app_rev: Argument.word("the revision's id")
}

const run = Effect.fn("apps.set-rev")(function* ({
  app_name: app,
  app_rev: revision,
  auth,
  env,
  strategy,
  ...asked
}: Argument.Given<typeof accepts>) {
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
export const setRev = Leaf.make({ description: "Point an app at a revision that it had before.", accepts, run })
