import * as Api from "@ebb/protocol/rest/Api"
import { call } from "@ebb/protocol/rest/Client"
import { DataDirectory } from "@ebb/runtime/store/DataDirectory"
import { Effect } from "effect"
import { CommandFailed } from "../kit/Errors.ts"
import * as Argument from "../kit/Argument.ts"
import * as Leaf from "../kit/Leaf.ts"
import { Output } from "../kit/Output.ts"
import * as Options from "../sandbox/Options.ts"
import * as DataFolder from "../sandbox/DataFolder.ts"
import * as RunningSandbox from "../sandbox/RunningSandbox.ts"

const accepts = { data: Options.data, ...Argument.output }

const lookEveryMs = 50

const run = Effect.fn("down")(function* ({ data }: Argument.Given<typeof accepts>) {
  const output = yield* Output
  const folder = DataFolder.locate(output.io, data)
  const shown = DataFolder.shown(output.io.cwd, folder)
  const running = yield* RunningSandbox.live(folder)
  if (running === null) {
    yield* output.json ? output.value({ ok: true }) : output.result(`No sandbox is running for ${shown}\n`)
    return 0
  }
  const key = new DataDirectory(folder).teamKeys.read("local")
  yield* call({ baseUrl: running.url, key }, Api.down, { params: {} }).pipe(
    Effect.mapError((because) => new CommandFailed({ text: because.message, because }))
  )
  while (RunningSandbox.find(folder) !== null) yield* Effect.sleep(lookEveryMs)
  yield* output.json ? output.value({ ok: true }) : output.result(`The sandbox at ${running.url} is down\n`)
  return 0
})

/** `ebb down` */
export const down = Leaf.make({
  description: "Stop the sandbox: it takes no new requests, lets those in flight finish, and ends.",
  accepts,
  examples: ["ebb down"],
  run
})
