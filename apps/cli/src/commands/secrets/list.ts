import * as Api from "@ebb/protocol/rest/Api"
import type { SecretInfo } from "@ebb/protocol/rest/Shapes"
import { Effect } from "effect"
import * as Argument from "../../kit/Argument.ts"
import * as Leaf from "../../kit/Leaf.ts"
import { Output } from "../../kit/Output.ts"
import { ask, connect, envQuery } from "../../sandbox/Connection.ts"
import * as NextSteps from "../../sandbox/NextSteps.ts"
import * as Options from "../../sandbox/Options.ts"
import * as Table from "../../kit/Table.ts"
import * as PythonText from "../../kit/PythonText.ts"

const accepts = { ...Argument.output, team: Options.team, host: Options.host, env: Options.anyEnv }

const columns: ReadonlyArray<Table.Column> = [
  { header: "Name", keep: true },
  { header: "Env" },
  { header: "Created At" },
  { header: "Exposed By Default" }
]

const exposed = ({ default_exposed: is }: SecretInfo): string => (is === null ? "account default" : is ? "yes" : "no")

const row = (secret: SecretInfo): ReadonlyArray<string> => [
  secret.name,
  PythonText.environment(secret.environment),
  PythonText.time(secret.created_at),
  exposed(secret)
]

const json = ({ created_at, default_exposed, environment, name }: SecretInfo) => ({
  name,
  environment,
  created_at: PythonText.time(created_at),
  default_exposed
})

const run = Effect.fn("secrets.list")(function* (given: Argument.Given<typeof accepts>) {
  const output = yield* Output
  const connection = yield* connect(given)
  const query = envQuery(output.io, given.env)
  const { secrets } = yield* ask(connection, Api.listSecrets, { params: {}, query })
  if (output.json) yield* output.value({ secrets: secrets.map(json) })
  else yield* output.result(Table.render(columns, secrets.map(row), output.stdout))
  yield* NextSteps.noted(secrets.length === 0, "No secret yet. Set one with: ebb secrets set NAME=VALUE\n")
  return 0
})

/** `ebb secrets list` */
export const list = Leaf.make({ description: "List the names of secrets; values are never shown.", accepts, run })
