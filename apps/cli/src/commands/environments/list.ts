import * as Api from "@ebb/protocol/rest/Api"
import type { EnvironmentInfo } from "@ebb/protocol/rest/Shapes"
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
  { header: "Name", keep: true },
  { header: "Description" },
  { header: "Default" },
  { header: "Created At" }
]

const row = ({ created_at, description, is_default, name }: EnvironmentInfo): ReadonlyArray<string> => [
  name,
  description,
  is_default ? "Yes" : "",
  PythonText.time(created_at)
]

/** An environment in JSON, its time as the public command line prints one. */
export const json = (environment: EnvironmentInfo) => ({
  ...environment,
  created_at: PythonText.time(environment.created_at)
})

const run = Effect.fn("environments.list")(function* (given: Argument.Given<typeof accepts>) {
  const output = yield* Output
  const connection = yield* connect(given)
  const { environments } = yield* ask(connection, Api.listEnvironments, { params: {} })
  if (output.json) yield* output.value({ environments: environments.map(json) })
  else yield* output.result(Table.render(columns, environments.map(row), output.stdout))
  return 0
})

/** `ebb environments list` */
export const list = Leaf.make({ description: "List the environments of the team.", accepts, run })
