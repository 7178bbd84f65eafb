import * as Api from "@ebb/protocol/rest/Api"
import { call } from "@ebb/protocol/rest/Client"
import { Effect } from "effect"
import type { Leaf as Command } from "../kit/Command.ts"
import { CommandFailed } from "../kit/Errors.ts"
import * as Argument from "../kit/Argument.ts"
import * as Leaf from "../kit/Leaf.ts"
import { Output } from "../kit/Output.ts"
import * as Table from "../kit/Table.ts"
import { type Asked, connect, failure } from "./Connection.ts"
import * as Options from "./Options.ts"

const columns: ReadonlyArray<Table.Column> = [{ header: "Type" }, { header: "Count", align: "right" }]

/** The public command line's short names. */
const short = (type: string): string =>
  ["H100", "H200", "B200", "A100", "L40"].find((name) => type.includes(name)) ??
  (type.includes("5090") ? "5090" : type.replace(/^GPU-/, ""))

/** `apps gpus` and `runners gpus`. */
export const make = ({
  description,
  ofOneApp
}: {
  readonly description: string
  readonly ofOneApp: boolean
}): Command => {
  const run = Effect.fn("gpus")(function* ({ app, ...asked }: Asked & { readonly app?: string }) {
    const output = yield* Output
    const connection = yield* connect(asked)
    const { gpus, total } = yield* call(connection, Api.gpus, {
      params: {},
      query: app === undefined ? {} : { app }
    }).pipe(
      Effect.mapError((error) =>
        error._tag === "ApiError" && error.status === 404
          ? new CommandFailed({ text: `Application '${app}' not found in metrics.`, because: error })
          : failure(error)
      )
    )
    const rows = Object.entries(gpus)
      .map(([type, count]) => [short(type), count] as const)
      .toSorted(([, a], [, b]) => b - a)
    if (output.json) yield* output.value({ gpus: Object.fromEntries(rows), total })
    else {
      const cells = rows.map(([type, count]) => [type, `${count}`])
      yield* output.result(`${Table.render(columns, cells, output.stdout)}Total: ${total}\n`)
    }
    return 0
  })
  // The public command line has them in this order in its usage lines.
  if (ofOneApp) {
    const accepts = {
      team: Options.team,
      host: Options.host,
      ...Argument.output,
      app_name: Argument.word("the app")
    }
    return Leaf.make({ description, accepts, run: ({ app_name: app, ...asked }) => run({ app, ...asked }) })
  }
  return Leaf.make({ description, accepts: { ...Argument.output, team: Options.team, host: Options.host }, run })
}
