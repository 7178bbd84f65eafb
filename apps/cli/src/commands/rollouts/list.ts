import { rolled } from "@ebb/core/domain/ModeWords"
import * as Api from "@ebb/protocol/rest/Api"
import type { RolloutSummary } from "@ebb/protocol/rest/Shapes"
import { Effect } from "effect"
import * as Argument from "../../kit/Argument.ts"
import * as Leaf from "../../kit/Leaf.ts"
import { Output } from "../../kit/Output.ts"
import { ask, connect, envQuery } from "../../sandbox/Connection.ts"
import * as NextSteps from "../../sandbox/NextSteps.ts"
import * as Options from "../../sandbox/Options.ts"
import * as Table from "../../kit/Table.ts"
import * as PythonText from "../../kit/PythonText.ts"

const accepts = {
  team: Options.team,
  host: Options.host,
  env: Options.anyEnv,
  ...Argument.output,
  app_name: Argument.optionalWord("only of this app", { metavar: "APP" })
}

const columns: ReadonlyArray<Table.Column> = [
  { header: "ID", keep: true },
  { header: "App", keep: true },
  { header: "Env", rank: 3 },
  { header: "Mode" },
  { header: "State", rank: 1 },
  { header: "Started", rank: 2 },
  { header: "Runners", align: "right" },
  { header: "Drained", align: "right" },
  { header: "Errored", align: "right" },
  { header: "Retried", align: "right" }
]

const row = (rollout: RolloutSummary): ReadonlyArray<string> => [
  rollout.id,
  rollout.app,
  rollout.env,
  rolled(rollout.mode, rollout.escalatedAt !== undefined),
  rollout.state,
  PythonText.time(rollout.startedAt).replace(/\.\d+/, ""),
  `${rollout.ended}/${rollout.runners}`,
  `${rollout.drained}`,
  `${rollout.errored}`,
  `${rollout.retried}`
]

const run = Effect.fn("rollouts.list")(function* (given: Argument.Given<typeof accepts>) {
  const output = yield* Output
  const connection = yield* connect(given)
  const app = given.app_name === undefined ? {} : { app: given.app_name }
  const query = { ...envQuery(output.io, given.env), ...app }
  const { rollouts } = yield* ask(connection, Api.listRollouts, { params: {}, query })
  if (output.json) yield* output.value({ rollouts })
  else yield* output.result(Table.render(columns, rollouts.map(row), output.stdout))
  const roll = (name: string): string => `No rollout yet. Begin one with: ebb apps rollout ${name} --watch`
  yield* NextSteps.withApp(connection, rollouts.length === 0, given.app_name, roll)
  return 0
})

/** `ebb rollouts list [APP]` */
export const list = Leaf.make({ description: "List the rollouts, newest first.", accepts, run })
