import * as Api from "@ebb/protocol/rest/Api"
import type { Connection } from "@ebb/protocol/rest/Client"
import { AuthMode, DeployStrategy } from "@ebb/protocol/rest/Shapes"
import { Effect } from "effect"
import { statSync } from "node:fs"
import { dirname, join } from "node:path"
import { CommandFailed, InvalidInput } from "../../kit/Errors.ts"
import * as Files from "../../kit/Files.ts"
import { BadValue } from "../../kit/Grammar.ts"
import * as Argument from "../../kit/Argument.ts"
import * as Leaf from "../../kit/Leaf.ts"
import { Output } from "../../kit/Output.ts"
import * as Callee from "../../requests/Callee.ts"
import * as DeployText from "./DeployText.ts"
import * as KeyValues from "../../kit/KeyValues.ts"
import { ask, connect, envQuery } from "../../sandbox/Connection.ts"
import * as Options from "../../sandbox/Options.ts"
import * as SpecFile from "../../spec/SpecFile.ts"

const authOf = (word: string): AuthMode => {
  const mode = AuthMode.literals.find((one) => one === word)
  if (mode === undefined) throw new BadValue(`${word} is not a auth option`)
  return mode
}

const annotationOf = (word: string): string => {
  KeyValues.named([word])
  return word
}

const accepts = {
  ...Argument.output,
  team: Options.team,
  host: Options.host,
  appName: Argument.text("--app-name", "the app (default: app.name of the spec)"),
  auth: Argument.parsed("--auth", authOf, "who may call it: public, private, shared"),
  strategy: Argument.choice("--strategy", DeployStrategy.literals, "how the revision takes over (default: rolling)"),
  attach: Argument.flag("--attach", "return when a runner of it serves, or fail if it does not start (default)", {
    exclusive: "attach"
  }),
  detach: Argument.flag("--detach", "return at once", { exclusive: "attach" }),
  noScale: Argument.flag("--no-scale", "keep the app's scaling (default)", { exclusive: "scale" }),
  resetScale: Argument.flag("--reset-scale", "take the spec's scaling, not the app's", { exclusive: "scale" }),
  check: Argument.flag("--check", "show what would change, and ask"),
  yes: Argument.flag("--yes", "do not ask"),
  noCache: Argument.flag("--no-cache", "accepted: a sandbox builds nothing, so it caches nothing"),
  forceEnvBuild: Argument.flag("--force-env-build", "the same, by its old name"),
  message: Argument.text("--message", "what to keep of this revision, in your words"),
  annotation: Argument.repeated("--annotation", "one more thing to keep of this revision (may be repeated)", {
    convert: annotationOf,
    metavar: "KEY=VALUE"
  }),
  env: Argument.text("--env", "the environment (default: app.env of the spec, main without)"),
  spec: Argument.word("a spec, or a folder that holds ebb.yaml", { metavar: "SPEC|DIR" })
}

type Words = Argument.Given<typeof accepts>

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
  const folder = dirname(file)
  const files = yield* Effect.mapError(SpecFile.sentFilesOf({ text: spec, file: shown, folder }), failed)
  return { spec, shown, folder, files }
})

type Source = Effect.Success<ReturnType<typeof read>>

const bodyOf = (
  { annotation, appName, auth, detach, message, resetScale, strategy }: Words,
  { files, folder, shown, spec }: Source
) => ({
  spec,
  file: shown,
  folder,
  ...(Object.keys(files).length === 0 ? {} : { files }),
  detached: detach,
  resetScale,
  ...(appName === undefined ? {} : { name: appName }),
  ...(auth === undefined ? {} : { auth }),
  ...(message === undefined ? {} : { message }),
  ...(annotation.length === 0 ? {} : { annotations: KeyValues.named(annotation) }),
  ...(strategy === undefined ? {} : { strategy })
})

/** Shows what the deploy would change, and asks unless that was answered already. */
const isWanted = Effect.fnUntraced(function* (given: Words, source: Source, connection: Connection) {
  const { io, note } = yield* Output
  const DryRun = yield* Effect.promise(() => import("./DryRun.ts"))
  yield* note(yield* DryRun.describe({ ...given, ...source }, connection, envQuery(io, given.env)))
  if (given.yes) return true
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
  if (given.check && !(yield* isWanted(given, source, connection))) {
    yield* note("Deployment cancelled.\n")
    return 0
  }
  if (given.forceEnvBuild) yield* output.warn("Warning: --force-env-build is deprecated, use --no-cache instead")
  const as = given.appName === undefined ? "" : ` as app '${given.appName}'`
  yield* note(`Deploying '${source.shown}'${as}\n\n`)
  const query = envQuery(io, given.env)
  const { app, isVerified, revision, status } = yield* ask(connection, Api.deploy, {
    params: {},
    query,
    body: bodyOf(given, source)
  })
  yield* note(`${DeployText.outcome({ status }, output.stderr)}\n`)
  if (status === "deployed" && isVerified === false) yield* output.warn(DeployText.untriedNote(app))
  if (output.json) {
    yield* output.value({ revision, app_name: app.alias, status })
    return 0
  }
  const callee = yield* Callee.of(connection, app.alias, "", {})
  yield* output.result(DeployText.render({ app, revision, status, ...callee }, output.stdout))
  if (!given.resetScale) yield* output.warn(DeployText.scalingNote)
  return 0
})

/** `ebb deploy SPEC` */
export const deploy = Leaf.make({
  description: "Deploy a spec: an app's first revision, or its next.",
  accepts,
  examples: ["ebb deploy ebb.yaml", "ebb deploy . --env staging --check", "ebb deploy ebb.yaml --detach --json"],
  run
})
