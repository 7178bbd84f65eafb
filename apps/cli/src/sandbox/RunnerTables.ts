import type { RunnerInfo } from "@ebb/protocol/rest/Shapes"
import * as Terminal from "../kit/Terminal.ts"
import * as Table from "../kit/Table.ts"
import * as PythonText from "../kit/PythonText.ts"

/** The states that `--state` takes, as shown in lower case. */
export const stateChoices = [
  "all",
  "idle",
  "running",
  "pending",
  "setup",
  "crash_backoff",
  "terminated",
  "docker_pull",
  "draining",
  "terminating"
] as const
export type StateChoice = (typeof stateChoices)[number]

/** The runners in one of the states asked for; `all` or nothing takes every one. */
export const inStates = (
  runners: ReadonlyArray<RunnerInfo>,
  states: ReadonlyArray<StateChoice> = []
): ReadonlyArray<RunnerInfo> => {
  if (states.length === 0 || states.includes("all")) return runners
  const wanted = states.flatMap((state) => (state === "terminated" ? ["TERMINATED", "DEAD"] : [state.toUpperCase()]))
  return runners.filter(({ state }) => wanted.includes(state))
}

const columns: ReadonlyArray<Table.Column> = [
  { header: "Machine Type", rank: 2 },
  { header: "Runner ID", id: true },
  { header: "In Flight\nRequests", dim: /\(\d+\)/ },
  { header: "Expires In", rank: 3 },
  { header: "Uptime" },
  { header: "Revision", id: true, rank: 1 },
  { header: "State" }
]

const uptime = (seconds: number): string => `${PythonText.duration(seconds)} (${Math.floor(seconds)}s)`

const inFlight = ({ in_flight_requests: count, leases }: RunnerInfo): string =>
  count > leases.length ? `${count} (${count - leases.length})` : `${count}`

const row = (runner: RunnerInfo): ReadonlyArray<string> => [
  runner.machine_type,
  runner.runner_id,
  inFlight(runner),
  runner.expiration_countdown === null ? "N/A" : `${runner.expiration_countdown}s`,
  uptime(runner.uptime_seconds),
  runner.revision,
  runner.replacement === "WILL_REPLACE" ? `${runner.state} (*)` : runner.state
]

const requestColumns: ReadonlyArray<Table.Column> = [
  { header: "Runner ID", id: true },
  { header: "Request ID", id: true },
  { header: "Caller ID" },
  { header: "Time Running" }
]

const requestRows = (runners: ReadonlyArray<RunnerInfo>, nowMs: number): ReadonlyArray<ReadonlyArray<string>> =>
  runners.flatMap(({ leases, runner_id }) =>
    leases.map(({ caller_user_id, leased_at_epoch, request_id }) => [
      runner_id,
      request_id,
      caller_user_id ?? "",
      PythonText.durationExact(nowMs / 1000 - leased_at_epoch)
    ])
  )

const isIn =
  (...states: ReadonlyArray<RunnerInfo["state"]>) =>
  ({ state }: RunnerInfo): boolean =>
    states.includes(state)

/** Lines of counts above the tables; of one app those that ended count as runners. */
const counts = (
  runners: ReadonlyArray<RunnerInfo>,
  ofOneApp: boolean,
  terminal: Terminal.Terminal
): ReadonlyArray<string> => {
  const of = (...states: ReadonlyArray<RunnerInfo["state"]>) => runners.filter(isIn(...states)).length
  const others = of("PENDING") + of("SETUP") + (ofOneApp ? 0 : of("TERMINATED", "DEAD"))
  const failing = of("CRASH_BACKOFF")
  const label = Terminal.paint(terminal, "red", "Runners being delayed after startup failure:")
  const advice = Terminal.paint(terminal, "dim", "  Check setup() and logs for errors during startup.")
  return [
    `Runners: ${runners.length - others}`,
    `Runners Pending: ${of("PENDING")}`,
    `Runners Setting Up: ${of("SETUP")}`,
    ...(of("DOCKER_PULL") > 0 ? [`Runners Pulling Image: ${of("DOCKER_PULL")}`] : []),
    ...(of("DRAINING") > 0 ? [`Runners Draining: ${of("DRAINING")}`] : []),
    ...(failing > 0 ? [`${label} ${failing}`, advice] : [])
  ]
}

/** What `apps runners` and `runners list` print. */
export const render = (
  runners: ReadonlyArray<RunnerInfo>,
  ofOneApp: boolean,
  terminal: Terminal.Terminal,
  nowMs: number
): string => {
  const shown = ofOneApp ? columns : [{ header: "Alias", keep: true }, ...columns]
  const rows = runners.map((runner) => (ofOneApp ? row(runner) : [runner.alias, ...row(runner)]))
  const requests = requestRows(runners, nowMs)
  const isMarked = !ofOneApp && runners.some(({ replacement }) => replacement === "WILL_REPLACE")
  return [
    ...counts(runners, ofOneApp, terminal),
    Table.render(shown, rows, terminal).trimEnd(),
    ...(isMarked ? ["(*) Runner has been scheduled for replacement"] : []),
    `Requests: ${requests.length}`,
    Table.render(requestColumns, requests, terminal)
  ].join("\n")
}

/** A runner in JSON, keys in the order of the public command line. */
export const json = (runner: RunnerInfo) => ({
  alias: runner.alias,
  machine_type: runner.machine_type,
  runner_id: runner.runner_id,
  in_flight_requests: runner.in_flight_requests,
  expiration_countdown: runner.expiration_countdown,
  uptime_seconds: Math.floor(runner.uptime_seconds),
  revision: runner.revision,
  state: runner.state,
  replacement: runner.replacement
})
