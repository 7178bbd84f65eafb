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

/** An app in JSON, keys in the order of the public command line, what it does not know behind them. */
export const json = ({ is_rolling: _, ...app }: AppInfo) => {
  const {
    active_runners,
    alias,
    auth_mode,
    environment_name,
    keep_alive,
    max_concurrency,
    max_multiplexing,
    ...others
  } = app
  const { machine_types, request_timeout, revision, startup_timeout, valid_regions, ...rest } = others
  const { concurrency_buffer, concurrency_buffer_perc, min_concurrency, scaling_delay, ...unknown } = rest
  return {
    alias,
    revision,
    auth_mode,
    keep_alive,
    max_concurrency,
    max_multiplexing,
    active_runners,
    min_concurrency,
    concurrency_buffer,
    concurrency_buffer_perc,
    scaling_delay,
    machine_types,
    request_timeout,
    startup_timeout,
    valid_regions,
    environment_name,
    ...unknown
  }
}
