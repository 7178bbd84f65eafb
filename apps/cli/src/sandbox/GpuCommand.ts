import * as Api from "@ebb/protocol/rest/Api"
import { call } from "@ebb/protocol/rest/Client"
import { Effect, Schema } from "effect"
import type { Leaf } from "../kit/Command.ts"
import { CommandFailed } from "../kit/Errors.ts"
import { outputOptions } from "../kit/Grammar.ts"
import * as LeafModule from "../kit/Leaf.ts"
import { Output } from "../kit/Output.ts"
import * as Table from "../kit/Table.ts"
import { connect, failure } from "./Connection.ts"
import * as Options from "./Options.ts"

const columns: ReadonlyArray<Table.Column> = [{ header: "Type" }, { header: "Count", align: "right" }]

/** The public command line's short names. */
const short = (type: string): string =>
  ["H100", "H200", "B200", "A100", "L40"].find((name) => type.includes(name)) ??
  (type.includes("5090") ? "5090" : type.replace(/^GPU-/, ""))

const words = Schema.Struct({ ...Options.words, app_name: Schema.optionalKey(Schema.String) })

/** `apps gpus` and `runners gpus`. */
export const make = ({ description, ofOneApp }: { readonly description: string; readonly ofOneApp: boolean }): Leaf => {
  const run = Effect.fn("gpus")(function* ({ app_name: app, ...asked }: typeof words.Type) {
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
  const positionals = ofOneApp ? [{ key: "app_name", help: "the app" }] : []
  // The public command line has them in this order in its usage lines.
  const options = ofOneApp
    ? [Options.team, Options.host, ...outputOptions]
    : [...outputOptions, Options.team, Options.host]
  const grammar = { description, options, positionals }
  return LeafModule.make({ grammar, words, run })
}
