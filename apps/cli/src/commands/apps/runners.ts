import * as Api from "@ebb/protocol/rest/Api"
import * as ShellWords from "@ebb/text/ShellWords"
import { Effect } from "effect"
import * as Argument from "../../kit/Argument.ts"
import * as Leaf from "../../kit/Leaf.ts"
import { Output } from "../../kit/Output.ts"
import { ask, connect, envQuery } from "../../sandbox/Connection.ts"
import * as Options from "../../sandbox/Options.ts"
import * as RunnerFilter from "../../sandbox/RunnerFilter.ts"
import * as RunnerTables from "../../sandbox/RunnerTables.ts"

const accepts = {
  team: Options.team,
  host: Options.host,
  ...Argument.output,
  ...RunnerFilter.options,
  env: Options.env,
  watch: Argument.flag("--watch", "go on showing them, until Ctrl-C"),
  app_name: Argument.word("the app")
}

const run = Effect.fn("apps.runners")(function* (given: Argument.Given<typeof accepts>) {
  const output = yield* Output
  const connection = yield* connect(given)
  const { app_name: app, since, state } = given
  const inEnv = envQuery(output.io, given.env)
  const query = since === undefined ? inEnv : { ...inEnv, since }
  const runners = Effect.map(ask(connection, Api.appRunners, { params: { app }, query }), (answer) =>
    RunnerTables.inStates(answer.runners, state)
  )
  if (given.watch) {
    const RunnersWatch = yield* Effect.promise(() => import("../../watch/RunnersWatch.ts"))
    const words = [...Argument.wordsOf(accepts, given), ...(output.json ? ["--json"] : [])]
    const again = ShellWords.command(["ebb", "apps", "runners", ...words])
    return yield* RunnersWatch.run(connection, { app, query: inEnv, runners, again })
  }
  const shown = yield* runners
  if (output.json) yield* output.value({ runners: shown.map(RunnerTables.json) })
  else yield* output.result(RunnerTables.render(shown, true, output.stdout, Date.now()))
  return 0
})

/** `ebb apps runners APP` */
export const runners = Leaf.make({
  description: "List the runners of an app and the requests in flight on them.",
  accepts,
  examples: ["ebb apps runners myapp", "ebb apps runners myapp --state running idle"],
  interruptedExit: { longWith: ["watch"] },
  unreadExit: { endlessWith: ["watch"] },
  run
})
