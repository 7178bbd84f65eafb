import * as Api from "@ebb/protocol/rest/Api"
import type { Connection } from "@ebb/protocol/rest/Client"
import { AuthMode, DeployStrategy } from "@ebb/protocol/rest/Shapes"
import { Effect, Schema } from "effect"
import { statSync } from "node:fs"
import { dirname, join } from "node:path"
import { CommandFailed, InvalidInput } from "../../kit/Errors.ts"
import * as Files from "../../kit/Files.ts"
import { BadValue, type Grammar, outputOptions } from "../../kit/Grammar.ts"
import * as Leaf from "../../kit/Leaf.ts"
import { Output } from "../../kit/Output.ts"
import * as Callee from "../../requests/Callee.ts"
import * as DeployText from "./DeployText.ts"
import * as KeyValues from "../../kit/KeyValues.ts"
import { ask, connect, envQuery } from "../../sandbox/Connection.ts"
import * as Options from "../../sandbox/Options.ts"

const authModes: ReadonlyArray<string> = AuthMode.literals

const authOf = (word: string): string => {
  if (!authModes.includes(word)) throw new BadValue(`${word} is not a auth option`)
  return word
}

const annotationOf = (word: string): string => {
  KeyValues.named([word])
  return word
}

const grammar: Grammar = {
  description: "Deploy a spec: an app's first revision, or its next.",
  options: [
    ...outputOptions,
    Options.team,
    Options.host,
    { kind: "one", names: ["--app-name"], key: "appName", help: "the app (default: app.name of the spec)" },
    { kind: "one", names: ["--auth"], key: "auth", convert: authOf, help: "who may call it: public, private, shared" },
    {
      kind: "one",
      names: ["--strategy"],
      key: "strategy",
      choices: DeployStrategy.literals,
      help: "how the revision takes over (default: rolling)"
    },
    { kind: "flag", names: ["--attach"], key: "attach", exclusive: "attach", help: "return when it serves (default)" },
    { kind: "flag", names: ["--detach"], key: "detach", exclusive: "attach", help: "return at once" },
    { kind: "flag", names: ["--reset-scale"], key: "resetScale", help: "take the spec's scaling, not the app's" },
    { kind: "flag", names: ["--check"], key: "check", help: "show what would change, and ask" },
    { kind: "flag", names: ["--yes"], key: "yes", help: "do not ask" },
    { kind: "one", names: ["--message"], key: "message", help: "accepted, but not kept by a local sandbox" },
    {
      kind: "append",
      names: ["--annotation"],
      key: "annotation",
      metavar: "KEY=VALUE",
      convert: annotationOf,
      help: "accepted, but not kept by a local sandbox"
    },
    Options.env
  ],
  positionals: [{ key: "spec", metavar: "SPEC|DIR", help: "a spec, or a folder that holds ebb.yaml" }],
  examples: ["ebb deploy ebb.yaml", "ebb deploy . --env staging --check", "ebb deploy ebb.yaml --detach --json"]
}

const flag = Schema.optionalKey(Schema.Boolean)
const text = Schema.optionalKey(Schema.String)
const words = Schema.Struct({
  ...Options.wordsWithEnv,
  appName: text,
  auth: Schema.optionalKey(AuthMode),
  strategy: Schema.optionalKey(DeployStrategy),
  attach: flag,
  detach: flag,
  resetScale: flag,
  check: flag,
  yes: flag,
  message: text,
  annotation: Schema.optionalKey(Schema.Array(Schema.String)),
  spec: Schema.String
})

type Words = typeof words.Type

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false

const isPython = (path: string): boolean => /\.py(::|$)/.test(path)

/** The spec as text, and where its paths start. */
const read = Effect.fnUntraced(function* (given: string, cwd: string) {
  if (isPython(given)) {
    const text = `'deploy ${given}' is not part of a local sandbox. Deploy a spec instead: ebb deploy ebb.yaml`
    return yield* new InvalidInput({ text })
  }
  const named = Files.resolve(cwd, given)
  const file = isFolder(named) ? join(named, "ebb.yaml") : named
  const shown = isFolder(named) ? join(given, "ebb.yaml") : given
  const failed = ({ text, because }: InvalidInput) => new CommandFailed({ text, because })
  const spec = yield* Effect.mapError(Files.read(file, shown), failed)
  return { spec, shown, folder: dirname(file) }
})

type Source = Effect.Success<ReturnType<typeof read>>

const bodyOf = (
  { appName, auth, detach = false, resetScale = false, strategy }: Words,
  { folder, shown, spec }: Source
) => ({
  spec,
  file: shown,
  folder,
  detached: detach,
  resetScale,
  ...(appName === undefined ? {} : { name: appName }),
  ...(auth === undefined ? {} : { auth }),
  ...(strategy === undefined ? {} : { strategy })
})

/** Shows what the deploy would change, and asks unless that was answered already. */
const isWanted = Effect.fnUntraced(function* (given: Words, source: Source, connection: Connection) {
  const { io, note } = yield* Output
  const DryRun = yield* Effect.promise(() => import("./DryRun.ts"))
  yield* note(yield* DryRun.describe({ ...given, ...source }, connection, envQuery(io, given.env)))
  if (given.yes === true) return true
  yield* note("Deploy? [y/N] ")
  const answer = yield* Effect.promise(() => io.stdin.readLine())
  if (answer === null) return yield* new CommandFailed({ text: "EOF when reading a line" })
  return /^y(es)?$/i.test(answer.trim())
})

const run = Effect.fn("deploy")(function* (given: Words) {
  const output = yield* Output
  const { io, note } = output
  const source = yield* read(given.spec, io.cwd)
  const connection = yield* connect(given)
  if (given.check === true && !(yield* isWanted(given, source, connection))) {
    yield* note("Deployment cancelled.\n")
    return 0
  }
  if (given.message !== undefined || given.annotation !== undefined) {
    yield* output.warn("A local sandbox keeps no --message and no --annotation.")
  }
  const as = given.appName === undefined ? "" : ` as app '${given.appName}'`
  yield* note(`Deploying '${source.shown}'${as}\n\n`)
  const query = envQuery(io, given.env)
  const { app, revision, status } = yield* ask(connection, Api.deploy, {
    params: {},
    query,
    body: bodyOf(given, source)
  })
  yield* note(`${DeployText.outcome({ status }, output.stderr)}\n`)
  if (output.json) {
    yield* output.value({ revision, app_name: app.alias, status })
    return 0
  }
  const callee = yield* Callee.of(connection, app.alias, "", {})
  yield* output.result(DeployText.render({ app, revision, status, ...callee }, output.stdout))
  if (given.resetScale !== true) yield* output.warn(DeployText.scalingNote)
  return 0
})

/** `ebb deploy SPEC` */
export const deploy = Leaf.make({ grammar, words, run })
