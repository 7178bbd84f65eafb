import { Effect, Schema } from "effect"
import { type Grammar, outputOptions } from "../../kit/Grammar.ts"
import * as Leaf from "../../kit/Leaf.ts"
import { Output } from "../../kit/Output.ts"
import { connect, envQuery } from "../../sandbox/Connection.ts"
import * as Options from "../../sandbox/Options.ts"

const grammar: Grammar = {
  description:
    "Show what goes on, live: the apps of the team, or one app with its runners. " +
    "Off a terminal a line whenever an app changes, at most once a second.",
  options: [Options.team, Options.host, Options.env, ...outputOptions],
  positionals: [{ key: "app_name", count: "?", metavar: "APP", help: "the app (default: all of the team)" }],
  examples: ["ebb top", "ebb top demo", "ebb top --json | jq .inFlight"]
}

const words = Schema.Struct({ ...Options.wordsWithEnv, app_name: Schema.optionalKey(Schema.String) })

const run = Effect.fn("top")(function* (given: typeof words.Type) {
  const { io } = yield* Output
  const Top = yield* Effect.promise(() => import("./TopRun.ts"))
  const app = given.app_name ?? null
  // An environment without an app is a question the stream does not take.
  const query = app === null ? {} : envQuery(io, given.env)
  return yield* Top.run({ app, query, connect: connect(given) })
})

/** `ebb top [APP]` */
export const top = Leaf.make({ grammar, words, interruptedExit: 0, run })
