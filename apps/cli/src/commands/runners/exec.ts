import * as Api from "@ebb/protocol/rest/Api"
import { Effect } from "effect"
import { CommandFailed } from "../../kit/Errors.ts"
import * as Argument from "../../kit/Argument.ts"
import * as Leaf from "../../kit/Leaf.ts"
import { Output } from "../../kit/Output.ts"
import { ask, connect } from "../../sandbox/Connection.ts"
import * as Options from "../../sandbox/Options.ts"
import * as RunnerId from "../../sandbox/RunnerId.ts"
import * as RemoteCommand from "../../sandbox/RemoteCommand.ts"

const accepts = {
  team: Options.team,
  host: Options.host,
  interactive: Argument.flag(["-it", "--interactive"], "pass on what is typed"),
  ...Argument.output,
  id: Argument.word("the runner"),
  command: Argument.words("the command and its arguments", { metavar: "COMMAND", count: "..." })
}

const run = Effect.fn("runners.exec")(function* ({
  command,
  id,
  interactive,
  ...asked
}: Argument.Given<typeof accepts>) {
  const { json, value } = yield* Output
  const given = command[0] === "--" ? command.slice(1) : command
  if (given.length === 0) return yield* new CommandFailed({ text: "Error: No command specified.", bare: true })
  const connection = yield* connect(asked)
  // An unknown runner is said in the server's words, which a refused WebSocket cannot carry.
  const runner = yield* RunnerId.resolveAt(connection, id)
  yield* ask(connection, Api.runnerLogs, { params: { runner }, query: {} })
  const parts: Array<Uint8Array> = []
  const exit = yield* RemoteCommand.run({
    connection,
    runner,
    command: given,
    input: interactive ? process.stdin : null,
    // As they are: not every byte is part of a text.
    out: (chunk) => (json ? parts.push(chunk) : process.stdout.write(chunk))
  })
  if (json) yield* value({ exit, output: Buffer.concat(parts).toString() })
  return exit
})

/** `ebb runners exec ID -- COMMAND` */
export const exec = Leaf.make({
  description: "Run a command on the machine of a runner that is a process; its exit status is the command's.",
  accepts,
  examples: ["ebb runners exec 3f0c… -- ls -la"],
  // What it would have answered is not known, and it may go on for ever.
  unreadExit: 1,
  run
})
