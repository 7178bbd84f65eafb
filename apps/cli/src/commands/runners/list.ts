import * as Api from "@ebb/protocol/rest/Api"
import { Effect } from "effect"
import * as Argument from "../../kit/Argument.ts"
import * as Leaf from "../../kit/Leaf.ts"
import { Output } from "../../kit/Output.ts"
import { ask, connect } from "../../sandbox/Connection.ts"
import * as NextSteps from "../../sandbox/NextSteps.ts"
import * as Options from "../../sandbox/Options.ts"
import * as RunnerFilter from "../../sandbox/RunnerFilter.ts"
import * as RunnerTables from "../../sandbox/RunnerTables.ts"

const accepts = { ...Argument.output, team: Options.team, host: Options.host, ...RunnerFilter.options }

const run = Effect.fn("runners.list")(function* ({ since, state, ...asked }: Argument.Given<typeof accepts>) {
  const output = yield* Output
  const connection = yield* connect(asked)
  const { runners } = yield* ask(connection, Api.listRunners, {
    params: {},
    query: since === undefined ? {} : { since }
  })
  const shown = RunnerTables.inStates(runners, state)
  if (output.json) yield* output.value({ runners: shown.map(RunnerTables.json) })
  else yield* output.result(RunnerTables.render(shown, false, output.stdout, Date.now()))
  const send = (app: string): string => `No runner is there: one starts when a request comes, such as: ebb run ${app}`
  yield* NextSteps.withApp(connection, runners.length === 0, undefined, send)
  return 0
})

/** `ebb runners list` */
export const list = Leaf.make({
  description: "List the runners of the team and the requests in flight on them.",
  accepts,
  run
})
