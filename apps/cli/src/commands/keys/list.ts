import * as Api from "@ebb/protocol/rest/Api"
import type { KeyInfo } from "@ebb/protocol/rest/Shapes"
import { Effect } from "effect"
import * as Argument from "../../kit/Argument.ts"
import * as Leaf from "../../kit/Leaf.ts"
import { Output } from "../../kit/Output.ts"
import { ask, connect } from "../../sandbox/Connection.ts"
import * as Options from "../../sandbox/Options.ts"
import * as Table from "../../kit/Table.ts"
import * as PythonText from "../../kit/PythonText.ts"

const accepts = { ...Argument.output, team: Options.team, host: Options.host }

const columns: ReadonlyArray<Table.Column> = [
  { header: "Key ID", keep: true },
  { header: "Created At" },
  { header: "Scope" },
  { header: "Description" }
]

const row = ({ created_at, description, key_id, scope }: KeyInfo): ReadonlyArray<string> => [
  key_id,
  PythonText.time(created_at),
  scope,
  description
]

const run = Effect.fn("keys.list")(function* (given: Argument.Given<typeof accepts>) {
  const output = yield* Output
  const connection = yield* connect(given)
  const { keys } = yield* ask(connection, Api.listKeys, { params: {} })
  if (output.json)
    yield* output.value({ keys: keys.map((key) => ({ ...key, created_at: PythonText.time(key.created_at) })) })
  else yield* output.result(Table.render(columns, keys.map(row), output.stdout))
  return 0
})

/** `ebb keys list` */
export const list = Leaf.make({ description: "List the keys of the team.", accepts, run })
