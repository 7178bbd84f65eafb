import * as Api from "@ebb/protocol/rest/Api"
import type { RevisionInfo } from "@ebb/protocol/rest/Shapes"
import { Effect } from "effect"
import * as Argument from "../../kit/Argument.ts"
import * as Leaf from "../../kit/Leaf.ts"
import { Output } from "../../kit/Output.ts"
import { ask, connect, envQuery } from "../../sandbox/Connection.ts"
import * as Options from "../../sandbox/Options.ts"
import * as Table from "../../kit/Table.ts"
import { counted } from "@ebb/text/Format"
import * as PythonText from "../../kit/PythonText.ts"

const accepts = {
  team: Options.team,
  host: Options.host,
  env: Options.anyEnv,
  ...Argument.output,
  app_name: Argument.optionalWord("the app")
}

const columns: ReadonlyArray<Table.Column> = [
  { header: "Revision", id: true },
  { header: "Env", rank: 3 },
  { header: "Min Concurrency" },
  { header: "Max Concurrency" },
  { header: "Max Multiplexing", rank: 4 },
  { header: "Keep Alive", rank: 5 },
  { header: "Request Timeout", rank: 6 },
  { header: "Startup Timeout", rank: 7 },
  { header: "Machine Type", rank: 2 },
  { header: "Runners" },
  { header: "Regions", rank: 8 },
  { header: "Created", rank: 1 }
]

/** Shown where any of them has notes. */
const notesColumn: Table.Column = { header: "Notes", rank: 9 }

const notesOf = ({ notes }: RevisionInfo): string => {
  if (notes === undefined) return ""
  const { annotations, data_mounts, files, message, private_logs } = notes
  return [
    ...(message === null ? [] : [message]),
    ...Object.entries(annotations).map(([name, value]) => `${name}=${value}`),
    ...(files.length === 0 ? [] : [counted(files.length, "file")]),
    ...(data_mounts.length === 0 ? [] : [`mounts ${data_mounts.join(" ")}`]),
    ...(private_logs ? ["private logs"] : [])
  ].join(", ")
}

const row = (revision: RevisionInfo): ReadonlyArray<string> => [
  revision.application_id,
  PythonText.environment(revision.environment_name),
  `${revision.min_concurrency}`,
  `${revision.max_concurrency}`,
  `${revision.max_multiplexing}`,
  `${revision.keep_alive}`,
  `${revision.request_timeout}`,
  `${revision.startup_timeout}`,
  revision.machine_types.join(" "),
  `${revision.active_runners}`,
  revision.valid_regions.join(" "),
  PythonText.time(revision.created_at)
]

const json = ({ created_at, is_current: _, state: __, ...revision }: RevisionInfo) => ({
  ...revision,
  created_at: PythonText.time(created_at)
})

const run = Effect.fn("apps.list-rev")(function* (given: Argument.Given<typeof accepts>) {
  const output = yield* Output
  const connection = yield* connect(given)
  const app = given.app_name === undefined ? {} : { app: given.app_name }
  const query = { ...envQuery(output.io, given.env), ...app }
  const { revisions } = yield* ask(connection, Api.listRevisions, { params: {}, query })
  if (output.json) yield* output.value({ revisions: revisions.map(json) })
  else {
    const hasNotes = revisions.some((revision) => notesOf(revision) !== "")
    const rows = revisions.map((one) => (hasNotes ? [...row(one), notesOf(one)] : row(one)))
    yield* output.result(Table.render(hasNotes ? [...columns, notesColumn] : columns, rows, output.stdout))
  }
  return 0
})

/** `ebb apps list-rev [APP]` */
export const listRev = Leaf.make({ description: "List the revisions of an app, or of all.", accepts, run })
