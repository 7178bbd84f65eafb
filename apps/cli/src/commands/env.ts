import { DataDirectory } from "@ebb/runtime/store/DataDirectory"
import { Effect } from "effect"
import { CommandFailed } from "../kit/Errors.ts"
import * as Argument from "../kit/Argument.ts"
import * as Leaf from "../kit/Leaf.ts"
import { Output } from "../kit/Output.ts"
import * as Config from "../sandbox/Config.ts"
import * as Options from "../sandbox/Options.ts"
import * as DataFolder from "../sandbox/DataFolder.ts"
import * as ClientVariables from "../sandbox/ClientVariables.ts"
import * as RunningSandbox from "../sandbox/RunningSandbox.ts"

const accepts = {
  data: Options.data,
  team: Argument.text("--team", "with the key of that team"),
  login: Argument.flag("--login", "sign in as the sandbox's user, so that clients can choose a team"),
  ...Argument.output
}

const run = Effect.fn("env")(function* ({ data, login, ...given }: Argument.Given<typeof accepts>) {
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
  const variables = { ...ClientVariables.make(running.grpc, key, secured), ...signedIn }
  yield* output.json ? output.value(variables) : output.result(`${ClientVariables.lines(variables).join("\n")}\n`)
  return 0
})

/** `ebb env` */
export const env = Leaf.make({
  description: 'Print the shell lines that point the public clients at the sandbox: eval "$(ebb env)"',
  accepts,
  examples: ['eval "$(ebb env)"', 'eval "$(ebb env --team acme)"'],
  run
})
