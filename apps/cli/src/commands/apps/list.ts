import * as Api from "@ebb/protocol/rest/Api"
import type { AppInfo } from "@ebb/protocol/rest/Shapes"
import { Effect } from "effect"
import * as Argument from "../../kit/Argument.ts"
import * as Leaf from "../../kit/Leaf.ts"
import { Output } from "../../kit/Output.ts"
import { ask, connect, envQuery } from "../../sandbox/Connection.ts"
import * as NextSteps from "../../sandbox/NextSteps.ts"
import * as Options from "../../sandbox/Options.ts"
import * as AppTable from "../../sandbox/AppTable.ts"

const regions = ["eu-north", "eu-west", "us-central", "us-east", "us-west"] as const

const accepts = {
  team: Options.team,
  host: Options.host,
  ...Argument.output,
  sort_by_runners: Argument.flag("--sort-by-runners", "fewest active runners first"),
  filter: Argument.text("--filter", "only apps whose name contains this text"),
  env: Options.anyEnv,
  regions: Argument.listOf("--regions", regions, "only apps of one of these regions")
}

type Words = Argument.Given<typeof accepts>

const isWanted =
  ({ filter = "", regions: wanted }: Words) =>
  ({ alias, valid_regions }: AppInfo): boolean =>
    alias.includes(filter) &&
    (wanted === undefined || valid_regions.some((region) => wanted.some((one) => one === region)))

const byName = (a: AppInfo, b: AppInfo): number => (a.alias < b.alias ? -1 : a.alias > b.alias ? 1 : 0)
const byRunners = (a: AppInfo, b: AppInfo): number => a.active_runners - b.active_runners

const run = Effect.fn("apps.list")(function* (given: Words) {
  const output = yield* Output
  const connection = yield* connect(given)
  const query = envQuery(output.io, given.env)
  const { apps } = yield* ask(connection, Api.listApps, { params: {}, query })
  const shown = apps.filter(isWanted(given)).toSorted(given.sort_by_runners ? byRunners : byName)
  if (output.json) yield* output.value({ apps: shown.map(AppTable.json) })
  else yield* output.result(AppTable.render(shown, output.stdout))
  yield* NextSteps.noApp(apps.length === 0)
  return 0
})

/** `ebb apps list` */
export const list = Leaf.make({ description: "List the apps of the team.", accepts, run })
