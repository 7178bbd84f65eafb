import { DataDirectory } from "@ebb/runtime/store/DataDirectory"
import { Effect, Schema } from "effect"
import { CommandFailed } from "../kit/Errors.ts"
import { type Grammar, outputOptions } from "../kit/Grammar.ts"
import * as Leaf from "../kit/Leaf.ts"
import { Output } from "../kit/Output.ts"
import * as Config from "../sandbox/Config.ts"
import * as Options from "../sandbox/Options.ts"
import * as DataFolder from "../sandbox/DataFolder.ts"
import * as ClientVariables from "../sandbox/ClientVariables.ts"
import * as RunningSandbox from "../sandbox/RunningSandbox.ts"

const grammar: Grammar = {
  description: 'Print the shell lines that point the public clients at the sandbox: eval "$(ebb env)"',
  options: [
    Options.data,
    { kind: "one", names: ["--team"], key: "team", help: "with the key of that team" },
    {
      kind: "flag",
      names: ["--login"],
      key: "login",
      help: "sign in as the sandbox's user, so that clients can choose a team"
    },
    ...outputOptions
  ],
  positionals: [],
  examples: ['eval "$(ebb env)"', 'eval "$(ebb env --team acme)"']
}

const words = Schema.Struct({
  data: Schema.optionalKey(Schema.String),
  team: Schema.optionalKey(Schema.String),
  login: Schema.optionalKey(Schema.Boolean)
})

const run = Effect.fn("env")(function* ({ data, login = false, ...given }: typeof words.Type) {
  const output = yield* Output
  const folder = DataFolder.locate(output.io, data)
  const team = given.team ?? Config.read(folder).team ?? "local"
  const running = yield* RunningSandbox.live(folder)
  if (running === null) {
    const shown = DataFolder.shown(output.io.cwd, folder)
    return yield* new CommandFailed({ text: `No sandbox is running for ${shown}. Start one with: ebb up` })
  }
  const directory = new DataDirectory(folder)
  const key = directory.readKey(team)
  if (key === null) return yield* new CommandFailed({ text: `Team ${team} not found` })
  const signedIn = login ? { FAL_HOME_DIR: directory.loginFolder, FAL_FORCE_AUTH_BY_USER: "1" } : {}
  const secured = ClientVariables.securedBy(directory, running.tlsUrl ?? null)
  const variables = { ...ClientVariables.make(running.grpc, key, secured), ...signedIn }
  yield* output.json ? output.value(variables) : output.result(`${ClientVariables.lines(variables).join("\n")}\n`)
  return 0
})

/** `ebb env` */
export const env = Leaf.make({ grammar, words, run })
