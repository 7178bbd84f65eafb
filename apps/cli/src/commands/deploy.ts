import * as Api from "@ebb/protocol/rest/Api"
import { AuthMode, DeployStrategy } from "@ebb/protocol/rest/Shapes"
import { Effect, Schema } from "effect"
import { statSync } from "node:fs"
import { dirname, join, resolve } from "node:path"
import * as Files from "../cli/Files.ts"
import { type Grammar, outputOptions } from "../cli/Grammar.ts"
import * as Leaf from "../cli/Leaf.ts"
import { Output } from "../cli/Output.ts"
import { ask, connect, envQuery } from "../sandbox/Connection.ts"
import * as Options from "../sandbox/Options.ts"

const grammar: Grammar = {
  description: "Deploy a spec as an app's next revision, or its first.",
  options: [
    Options.team,
    Options.host,
    { kind: "one", names: ["--app-name"], key: "app_name", help: "the app (default: the spec's app.name)" },
    { kind: "one", names: ["--auth"], key: "auth", choices: ["public", "private", "shared"], help: "who may call it" },
    {
      kind: "one",
      names: ["--strategy"],
      key: "strategy",
      choices: ["recreate", "rolling"],
      help: "how the revision takes over (default: rolling)"
    },
    {
      kind: "flag",
      names: ["--attach"],
      key: "attach",
      exclusive: "attach",
      help: "return when the revision serves (default)"
    },
    { kind: "flag", names: ["--detach"], key: "detach", exclusive: "attach", help: "return at once" },
    {
      kind: "flag",
      names: ["--reset-scale"],
      key: "reset_scale",
      help: "take the spec's scaling instead of keeping the app's"
    },
    Options.env,
    ...outputOptions
  ],
  positionals: [{ key: "spec", metavar: "SPEC|DIR", help: "a spec, or a folder that holds ebb.yaml" }],
  examples: ["ebb deploy ebb.yaml", "ebb deploy . --env staging --strategy recreate"]
}

const flag = Schema.optionalKey(Schema.Boolean)
const words = Schema.Struct({
  ...Options.wordsWithEnv,
  app_name: Schema.optionalKey(Schema.String),
  auth: Schema.optionalKey(AuthMode),
  strategy: Schema.optionalKey(DeployStrategy),
  attach: flag,
  detach: flag,
  reset_scale: flag,
  spec: Schema.String
})

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false

const run = Effect.fn("deploy")(function* (given: typeof words.Type) {
  const output = yield* Output
  const named = resolve(output.io.cwd, given.spec)
  const file = isFolder(named) ? join(named, "ebb.yaml") : named
  const spec = yield* Files.read(file, given.spec)
  const connection = yield* connect(given)
  const body = {
    spec,
    folder: dirname(file),
    detached: given.detach ?? false,
    resetScale: given.reset_scale ?? false,
    ...(given.app_name === undefined ? {} : { name: given.app_name }),
    ...(given.auth === undefined ? {} : { auth: given.auth }),
    ...(given.strategy === undefined ? {} : { strategy: given.strategy })
  }
  yield* output.note(`Deploying '${given.spec}' …\n`)
  const { app, revision, status } = yield* ask(connection, Api.deploy, {
    params: {},
    query: envQuery(output.io, given.env),
    body
  })
  if (output.json) {
    yield* output.value({ revision, app_name: app.alias, status })
    return 0
  }
  const started = `🔄 Deployment started (detached): the new revision already gets traffic\n`
  yield* output.note(status === "deployed" ? "✓ Deployed successfully\n" : started)
  const base = connection.baseUrl
  yield* output.result(
    [
      `${app.alias} is at revision ${revision}`,
      `  Sync   ${base}/fal.run/local/${app.alias}`,
      `  Async  ${base}/queue.fal.run/local/${app.alias}`,
      ""
    ].join("\n")
  )
  return 0
})

/** `ebb deploy SPEC` */
export const deploy = Leaf.make({ grammar, words, run })
