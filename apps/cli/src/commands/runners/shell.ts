import * as Api from "@ebb/protocol/rest/Api"
import { Effect } from "effect"
import * as Argument from "../../kit/Argument.ts"
import * as Leaf from "../../kit/Leaf.ts"
import { Output } from "../../kit/Output.ts"
import { ask, connect } from "../../sandbox/Connection.ts"
import * as Options from "../../sandbox/Options.ts"
import * as RunnerId from "../../sandbox/RunnerId.ts"
import * as RemoteCommand from "../../sandbox/RemoteCommand.ts"

const accepts = { team: Options.team, host: Options.host, ...Argument.output, id: Argument.word("the runner") }

const run = Effect.fn("runners.shell")(function* ({ id, ...asked }: Argument.Given<typeof accepts>) {
  const { json, value } = yield* Output
  const connection = yield* connect(asked)
  const runner = yield* RunnerId.resolveAt(connection, id)
  yield* ask(connection, Api.runnerLogs, { params: { runner }, query: {} })
  // With --json standard output is for the value alone.
  const out = (chunk: Uint8Array) => (json ? process.stderr : process.stdout).write(chunk)
  const exit = yield* RemoteCommand.run({ connection, runner, command: [], input: process.stdin, out })
  if (json) yield* value({ exit })
  return exit
})

/** `ebb runners shell ID` */
export const shell = Leaf.make({
  description: "Open a shell on the machine of a runner that is a process.",
  accepts,
  // What it would have answered is not known, and it may go on for ever.
  unreadExit: 1,
  run
})
