import { DataDirectory } from "@ebb/runtime/store/DataDirectory"
import { Effect } from "effect"
import { CommandFailed } from "../kit/Errors.ts"
import * as Argument from "../kit/Argument.ts"
import * as Leaf from "../kit/Leaf.ts"
import { Output } from "../kit/Output.ts"
import * as Config from "../sandbox/Config.ts"
import * as Options from "../sandbox/Options.ts"
import * as DataFolder from "../sandbox/DataFolder.ts"
import * as ClientVariables from "../clients/ClientVariables.ts"
import * as Redirects from "../clients/Redirects.ts"
import * as RunningSandbox from "../sandbox/RunningSandbox.ts"

const accepts = {
  data: Options.data,
  team: Argument.text("--team", "with the key of that team"),
  client: Argument.choice("--for", ClientVariables.clients, "only what one kind of client needs"),
  login: Argument.flag("--login", "sign in as the sandbox's user, so that clients can choose a team"),
  ...Argument.output
}

/** What no variable leads here then. */
const unreached =
  "This sandbox listens without https: Python comes here by PYTHONPATH alone, and started with -I or -E still goes " +
  "to the platform. Start the sandbox without --no-tls to have that too"

const run = Effect.fn("env")(function* ({ client, data, login, ...given }: Argument.Given<typeof accepts>) {
  const output = yield* Output
  const folder = DataFolder.locate(output.io, data)
  const team = given.team ?? Config.read(folder).team ?? "local"
  const running = yield* RunningSandbox.live(folder)
  if (running === null) {
    const shown = DataFolder.shown(output.io.cwd, folder)
    return yield* new CommandFailed({ text: `No sandbox is running for ${shown}. Start one with: ebb up` })
  }
  const directory = new DataDirectory(folder)
  const key = directory.teamKeys.read(team)
  if (key === null) return yield* new CommandFailed({ text: `Team ${team} not found` })
  const signedIn = login ? { FAL_HOME_DIR: directory.login.folder, FAL_FORCE_AUTH_BY_USER: "1" } : {}
  const secured = ClientVariables.securedBy(directory, running.tlsUrl ?? null)
  const redirects = yield* Effect.promise(() => Redirects.write(directory, running.url))
  const pointed = { host: running.grpc, key, secured, redirects }
  const { env: before } = output.io
  const variables = { ...ClientVariables.make(pointed, before, client), ...signedIn }
  if (secured === null && client !== "js") yield* output.warn(unreached)
  if (output.json) {
    yield* output.value(variables)
    return 0
  }
  const stale = ClientVariables.stale({ ...ClientVariables.make(pointed, before), ...signedIn }, before)
  const lines = [...stale.map((name) => `unset ${name}`), ...ClientVariables.lines(variables)]
  yield* output.result(`${lines.join("\n")}\n`)
  return 0
})

/** `ebb env` */
export const env = Leaf.make({
  description: 'Print the shell lines that point the public clients at the sandbox: eval "$(ebb env)"',
  accepts,
  examples: ['eval "$(ebb env)"', 'eval "$(ebb env --team acme)"', 'eval "$(ebb env --for js)"'],
  run
})
