import * as Api from "@ebb/protocol/rest/Api"
import type { KeyInfo } from "@ebb/protocol/rest/Shapes"
import { Effect, Schema } from "effect"
import { type Grammar, outputOptions } from "../../kit/Grammar.ts"
import * as Leaf from "../../kit/Leaf.ts"
import { Output } from "../../kit/Output.ts"
import { ask, connect } from "../../sandbox/Connection.ts"
import * as Options from "../../sandbox/Options.ts"
import * as Table from "../../kit/Table.ts"
import * as PythonText from "../../kit/PythonText.ts"

const grammar: Grammar = {
  description: "List the keys of the team.",
  options: [...outputOptions, Options.team, Options.host],
  positionals: []
}

const words = Schema.Struct(Options.words)

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

const run = Effect.fn("keys.list")(function* (given: typeof words.Type) {
  const output = yield* Output
  const connection = yield* connect(given)
  const { keys } = yield* ask(connection, Api.listKeys, { params: {} })
  if (output.json)
    yield* output.value({ keys: keys.map((key) => ({ ...key, created_at: PythonText.time(key.created_at) })) })
  else yield* output.result(Table.render(columns, keys.map(row), output.stdout))
  return 0
})

/** `ebb keys list` */
export const list = Leaf.make({ grammar, words, run })
