import { Effect } from "effect"
import * as Argument from "../../kit/Argument.ts"
import { InvalidInput } from "../../kit/Errors.ts"
import * as Leaf from "../../kit/Leaf.ts"
import { Output } from "../../kit/Output.ts"
import { connect, envQuery } from "../../sandbox/Connection.ts"
import * as Options from "../../sandbox/Options.ts"

const accepts = {
  team: Options.team,
  host: Options.host,
  env: Options.env,
  ...Argument.output,
  app_name: Argument.optionalWord("the app (default: all apps of the team)", { metavar: "APP" })
}

const needsApp = (env: string): InvalidInput =>
  new InvalidInput({
    text: `--env ${env} says which app is meant, and there is none; name it: ebb top APP --env ${env}. Without APP all environments are shown`
  })

const run = Effect.fn("top")(function* (given: Argument.Given<typeof accepts>) {
  const { io } = yield* Output
  const Top = yield* Effect.promise(() => import("./TopRun.ts"))
  const app = given.app_name ?? null
  if (app === null && given.env !== undefined) return yield* needsApp(given.env)
  // An environment without an app is a question the stream does not take.
  const query = app === null ? {} : envQuery(io, given.env)
  return yield* Top.run({ app, query, connect: connect(given) })
})

/** `ebb top [APP]` */
export const top = Leaf.make({
  description:
    "Show the sandbox live: the apps of the team, or one app with its runners. " +
    "Off a terminal a line whenever an app changes, at most once a second.",
  accepts,
  examples: ["ebb top", "ebb top demo", "ebb top --json | jq .inFlight"],
  interruptedExit: 0,
  unreadExit: 0,
  run
})
