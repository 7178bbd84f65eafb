import type { AppInfo } from "@ebb/protocol/rest/Shapes"
import type { Terminal } from "../kit/Terminal.ts"
import * as Table from "../kit/Table.ts"
import * as PythonText from "../kit/PythonText.ts"

const columns: ReadonlyArray<Table.Column> = [
  { header: "Name", keep: true },
  { header: "Env", rank: 3 },
  { header: "Revision", id: true },
  { header: "Auth", rank: 4 },
  { header: "Min Concurrency" },
  { header: "Max Concurrency" },
  { header: "Concurrency Buffer", rank: 5 },
  { header: "Scaling Delay", rank: 7 },
  { header: "Max Multiplexing", rank: 2 },
  { header: "Keep Alive", rank: 6 },
  { header: "Request Timeout", rank: 8 },
  { header: "Startup Timeout", rank: 9 },
  { header: "Machine Type", rank: 1 },
  { header: "Runners" },
  { header: "Regions", rank: 10 }
]

/** The alias without its environment suffix. */
const nameOf = ({ alias, environment_name: env }: AppInfo): string =>
  env !== "" && alias.endsWith(`--${env}`) ? alias.slice(0, -env.length - 2) : alias

const buffer = ({ concurrency_buffer, concurrency_buffer_perc }: AppInfo): string =>
  concurrency_buffer_perc > 0 ? `${concurrency_buffer_perc}%, min ${concurrency_buffer}` : `${concurrency_buffer}`

const row = (app: AppInfo): ReadonlyArray<string> => [
  nameOf(app),
  PythonText.environment(app.environment_name),
  app.revision,
  app.auth_mode,
  `${app.min_concurrency}`,
  `${app.max_concurrency}`,
  buffer(app),
  `${app.scaling_delay}`,
  `${app.max_multiplexing}`,
  `${app.keep_alive}`,
  `${app.request_timeout}`,
  `${app.startup_timeout}`,
  app.machine_types.join(" "),
  `${app.active_runners}`,
  app.valid_regions.join(" ")
]

/** The apps as `apps list` shows them. */
export const render = (apps: ReadonlyArray<AppInfo>, terminal: Terminal): string =>
  Table.render(columns, apps.map(row), terminal)

/** An app in JSON, keys in the order of the public command line. */
export const json = (app: AppInfo) => ({
  alias: app.alias,
  revision: app.revision,
  auth_mode: app.auth_mode,
  keep_alive: app.keep_alive,
  max_concurrency: app.max_concurrency,
  max_multiplexing: app.max_multiplexing,
  active_runners: app.active_runners,
  min_concurrency: app.min_concurrency,
  concurrency_buffer: app.concurrency_buffer,
  concurrency_buffer_perc: app.concurrency_buffer_perc,
  scaling_delay: app.scaling_delay,
  machine_types: app.machine_types,
  request_timeout: app.request_timeout,
  startup_timeout: app.startup_timeout,
  valid_regions: app.valid_regions,
  environment_name: app.environment_name
})
