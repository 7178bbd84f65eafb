import * as Api from "@ebb/protocol/rest/Api"
import type { AppInfo } from "@ebb/protocol/rest/Shapes"
import { Effect, Schema } from "effect"
import { type Grammar, outputOptions } from "../../kit/Grammar.ts"
import * as Leaf from "../../kit/Leaf.ts"
import { Output } from "../../kit/Output.ts"
import { ask, connect, envQuery } from "../../sandbox/Connection.ts"
import * as Options from "../../sandbox/Options.ts"
import * as AppTable from "../../sandbox/AppTable.ts"

const regions = ["eu-north", "eu-west", "us-central", "us-east", "us-west"] as const

const grammar: Grammar = {
  description: "List the apps of the team.",
  options: [
    Options.team,
    Options.host,
    ...outputOptions,
    { kind: "flag", names: ["--sort-by-runners"], key: "sort_by_runners", help: "fewest active runners first" },
    { kind: "one", names: ["--filter"], key: "filter", help: "only apps whose name contains this text" },
    Options.env,
    { kind: "list", names: ["--regions"], key: "regions", choices: regions, help: "only apps of one of these regions" }
  ],
  positionals: []
}

const words = Schema.Struct({
  ...Options.wordsWithEnv,
  sort_by_runners: Schema.optionalKey(Schema.Boolean),
  filter: Schema.optionalKey(Schema.String),
  regions: Schema.optionalKey(Schema.Array(Schema.Literals(regions)))
})

type Words = typeof words.Type

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
  const shown = apps.filter(isWanted(given)).toSorted(given.sort_by_runners === true ? byRunners : byName)
  if (output.json) yield* output.value({ apps: shown.map(AppTable.json) })
  else yield* output.result(AppTable.render(shown, output.stdout))
  return 0
})

/** `ebb apps list` */
export const list = Leaf.make({ grammar, words, run })
