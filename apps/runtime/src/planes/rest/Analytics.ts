import { Effect } from "effect"
import type { Context } from "hono"
import * as PastRequests from "../../control/PastRequests.ts"
import type { Principal } from "../../control/Principal.ts"
import { refuse } from "../../control/Refused.ts"
import type { SettledRow } from "../../store/LedgerStore.ts"
import { listOf } from "./Query.ts"

const minuteMs = 60_000
const frames = { minute: minuteMs, hour: 60 * minuteMs, day: 1440 * minuteMs, week: 10_080 * minuteMs } as const
const isFrame = (word: string): word is keyof typeof frames => word in frames

/** So many requests are looked at for one answer. */
const rowsMost = 100_000

const quantile = (sorted: ReadonlyArray<number>, share: number): number | null =>
  sorted[Math.max(0, Math.ceil(share * sorted.length - 1e-9) - 1)] ?? null

type Of = (rows: ReadonlyArray<SettledRow>) => number | null

const count =
  (keep: (row: SettledRow) => boolean): Of =>
  (rows) =>
    rows.filter(keep).length

const seconds =
  (of: (row: SettledRow) => number | null, share: number): Of =>
  (rows) => {
    const values = rows.map(of).filter((value): value is number => value !== null)
    return quantile(
      values.sort((a, b) => a - b),
      share
    )
  }

/** From submission to the start of work, in seconds. */
const prepare = ({ startedAtMs, submittedAtMs }: SettledRow): number | null =>
  startedAtMs === null ? null : (startedAtMs - submittedAtMs) / 1000
const work = ({ settledAtMs, startedAtMs }: SettledRow): number | null =>
  startedAtMs === null ? null : (settledAtMs - startedAtMs) / 1000

const errorOf = (...types: ReadonlyArray<string>): Of =>
  count(({ errorType }) => errorType !== null && types.includes(errorType))

/** On the platform a request that waited longer than this met a cold boot. */
const coldBootS = 1
const isCold = (row: SettledRow): boolean => (prepare(row) ?? 0) > coldBootS

const percentiles = (name: string, of: (row: SettledRow) => number | null, shares: ReadonlyArray<number>) =>
  shares.map((share) => [`p${share}_${name}`, seconds(of, share / 100)] as const)

const measures: Readonly<Record<string, Of>> = {
  request_count: (rows) => rows.length,
  success_count: count((row) => PastRequests.statusOf(row) === "success"),
  user_error_count: count((row) => PastRequests.statusOf(row) === "user_error"),
  error_count: count((row) => PastRequests.statusOf(row) === "error"),
  startup_error_count: errorOf("startup_timeout", "runner_scheduling_failure"),
  connection_error_count: errorOf("runner_connection_timeout", "runner_disconnected", "runner_connection_refused"),
  timeout_error_count: errorOf("request_timeout"),
  runtime_error_count: errorOf("runner_server_error"),
  cold_boot_count: count(isCold),
  ...Object.fromEntries([
    ...percentiles("prepare_duration", prepare, [50, 75, 90, 95, 99]),
    ...percentiles("duration", work, [25, 50, 75, 90, 95, 99]),
    ...percentiles("cold_boot_duration", (row) => (isCold(row) ? prepare(row) : null), [50, 75, 90])
  ]),
  total_billable_duration: (rows) => rows.reduce((sum, row) => sum + (work(row) ?? 0), 0)
}

/** Numbers of the requests of endpoints by the time in which they ended. */
export const answer = Effect.fn("serverless.analytics")(function* (principal: Principal, c: Context) {
  const { end, start, timeframe = "hour" } = c.req.query()
  if (!isFrame(timeframe)) {
    return yield* refuse(
      "INVALID_ARGUMENT",
      `timeframe must be one of ${Object.keys(frames).join(", ")}, got '${timeframe.slice(0, 20)}'`
    )
  }
  const wanted = listOf(c, "expand")
  const unknown = wanted.find((name) => !(name in measures))
  if (unknown !== undefined)
    return yield* refuse(
      "INVALID_ARGUMENT",
      `expand has no ${unknown.slice(0, 40)}; it has ${Object.keys(measures).join(", ")}`
    )
  const scope = yield* PastRequests.scope(principal, { endpoints: listOf(c, "endpoint_id"), start, end })
  const rows = yield* PastRequests.settled(scope, { before: Number.MAX_SAFE_INTEGER, limit: rowsMost })
  const names = wanted.length === 0 ? ["request_count"] : wanted
  const buckets = new Map<number, Array<SettledRow>>()
  for (const row of rows) {
    const at = Math.floor(row.settledAtMs / frames[timeframe]) * frames[timeframe]
    const there = buckets.get(at)
    if (there === undefined) buckets.set(at, [row])
    else there.push(row)
  }
  return {
    time_series: [...buckets]
      .sort(([a], [b]) => a - b)
      .map(([at, own]) => ({ bucket: new Date(at).toISOString(), results: resultsOf(own, scope.apps, names) })),
    next_cursor: null,
    has_more: false
  }
})

const resultsOf = (rows: ReadonlyArray<SettledRow>, apps: ReadonlyMap<string, string>, names: ReadonlyArray<string>) =>
  [...apps].flatMap(([app, endpoint_id]) => {
    const own = rows.filter((row) => row.app === app)
    return own.length === 0
      ? []
      : [{ endpoint_id, ...Object.fromEntries(names.map((name) => [name, measures[name]!(own)])) }]
  })
