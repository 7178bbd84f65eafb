import * as Api from "@ebb/protocol/rest/Api"
import { Effect, Schema } from "effect"
import { type Grammar, outputOptions } from "../../kit/Grammar.ts"
import * as Leaf from "../../kit/Leaf.ts"
import { Output } from "../../kit/Output.ts"
import { ask, connect, envQuery } from "../../sandbox/Connection.ts"
import * as Options from "../../sandbox/Options.ts"
import * as RunnerFilter from "../../sandbox/RunnerFilter.ts"
import * as RunnerTables from "../../sandbox/RunnerTables.ts"

const grammar: Grammar = {
  description: "List the runners of an app and the requests in flight on them.",
  options: [
    Options.team,
    Options.host,
    ...outputOptions,
    ...RunnerFilter.options,
    Options.env,
    { kind: "flag", names: ["--watch"], key: "watch", help: "go on showing them, until Ctrl-C" }
  ],
  positionals: [{ key: "app_name", help: "the app" }],
  examples: ["ebb apps runners myapp", "ebb apps runners myapp --state running idle"]
}

const words = Schema.Struct({
  ...Options.wordsWithEnv,
  ...RunnerFilter.words,
  watch: Schema.optionalKey(Schema.Boolean),
  app_name: Schema.String
})

const run = Effect.fn("apps.runners")(function* (given: typeof words.Type) {
  const output = yield* Output
  const connection = yield* connect(given)
  const { app_name: app, since, state } = given
  const inEnv = envQuery(output.io, given.env)
  const query = since === undefined ? inEnv : { ...inEnv, since }
  const runners = Effect.map(ask(connection, Api.appRunners, { params: { app }, query }), (answer) =>
    RunnerTables.inStates(answer.runners, state)
  )
  if (given.watch === true) {
    const RunnersWatch = yield* Effect.promise(() => import("../../watch/RunnersWatch.ts"))
    return yield* RunnersWatch.run(connection, { app, query: inEnv, runners })
  }
  const shown = yield* runners
  if (output.json) yield* output.value({ runners: shown.map(RunnerTables.json) })
  else yield* output.result(RunnerTables.render(shown, true, output.stdout, Date.now()))
  return 0
})

/** `ebb apps runners APP` */
export const runners = Leaf.make({ grammar, words, interruptedExit: { longWith: ["watch"] }, run })
