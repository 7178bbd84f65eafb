import { send } from "@ebb/protocol/rest/Client"
import { Effect } from "effect"
import * as Files from "../../kit/Files.ts"
import * as Argument from "../../kit/Argument.ts"
import * as Leaf from "../../kit/Leaf.ts"
import { Output } from "../../kit/Output.ts"
import { connect, failure } from "../../sandbox/Connection.ts"
import * as Options from "../../sandbox/Options.ts"

const accepts = {
  team: Options.team,
  host: Options.host,
  ...Argument.output,
  file: Argument.optionalWord("where to (default: standard output)", { metavar: "FILE" })
}

const run = Effect.fn("journal.export")(function* (given: Argument.Given<typeof accepts>) {
  const output = yield* Output
  const connection = yield* connect(given)
  const response = yield* Effect.mapError(send(connection, "GET", "/v1/journal"), failure)
  const text = yield* Effect.promise(() => response.text())
  const { file } = given
  if (file === undefined) {
    yield* output.result(text)
    return 0
  }
  yield* Files.write(Files.resolve(output.io.cwd, file), file, text)
  const lines = text.split("\n").filter((line) => line !== "").length
  yield* output.json ? output.value({ file, lines }) : output.note(`Journal of ${lines} lines written to ${file}\n`)
  return 0
})

/** `ebb journal export [FILE]` */
export const exportIt = Leaf.make({
  description: "Write out the journal of the running sandbox so far; ebb replay runs it again.",
  accepts,
  examples: ["ebb journal export live.jsonl", "ebb replay live.jsonl"],
  run
})
