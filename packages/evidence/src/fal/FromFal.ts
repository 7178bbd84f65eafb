import { DateReader, numberOf } from "@ebb/rows/Time"
import * as Format from "@ebb/text/Format"
import { orders, wayOf, ways } from "@ebb/core/domain/RolloutWay"
import type { Evidence, SeenRollout } from "../learn/Evidence.ts"
import type { Finding } from "../learn/Finding.ts"
import { sampleOf } from "../learn/Sample.ts"
import { mostAtOnce } from "../learn/Concurrency.ts"
import { stage } from "../learn/Stage.ts"
import { at, listAt, numberAt, textAt } from "../learn/Json.ts"
import { yamlText } from "../learn/Values.ts"
import { blank, clear, type Requests, outcomeOf, Outcome } from "../requests/Requests.ts"
import { RequestTable } from "../requests/RequestTable.ts"
import type { FalCalls } from "./FalCalls.ts"

/** So many pages are asked for at most: a hundred requests each. */
const pagesMost = 10_000

const items = async (pages: AsyncIterable<unknown>): Promise<ReadonlyArray<unknown>> => {
  const all: Array<unknown> = []
  for await (const page of pages) all.push(...listAt(page, "items"))
  return all
}

/** Page after page, by the cursor that each brings. */
async function* requestPages(calls: FalCalls, endpoint: string): AsyncIterable<unknown> {
  let cursor = ""
  for (let number = 1; number <= pagesMost; number++) {
    const query = new URLSearchParams({ endpoint_id: endpoint, limit: "100", ...(cursor === "" ? {} : { cursor }) })
    const page = await calls.get(`requests-${number}`, "api", `/v1/serverless/requests/by-endpoint?${query}`)
    yield page
    const next = at(page, "next_cursor")
    if (at(page, "has_more") !== true || next === null || next === undefined) return
    cursor = String(next)
  }
}

const eventsAtATime = 100

async function* eventPages(calls: FalCalls, endpoint: string): AsyncIterable<unknown> {
  for (let number = 1; number <= pagesMost; number++) {
    const page = await calls.get(
      `events-${number}`,
      "rest",
      `/applications/${endpoint}/events?categories=runner,deployment&page=${number}&size=${eventsAtATime}`
    )
    yield page
    if (listAt(page, "items").length < eventsAtATime) return
  }
}

/** The first of these times that an item has. */
type Times = (item: unknown, ...names: ReadonlyArray<string>) => number

/** In a sandbox whose clock is faster, more time has passed for its apps: it is counted back from now. */
const timesAt = (speed: number, nowMs: number): Times => {
  const dates = new DateReader()
  return (item, ...names) => {
    const found = names.map((name) => dates.read(at(item, name))).find((ms) => !Number.isNaN(ms)) ?? NaN
    return nowMs - (nowMs - found) * speed
  }
}

/** The requests of items; those of the platform that never ran have no start. */
const requestsIn = (all: ReadonlyArray<unknown>, timeAt: Times): Requests | null => {
  const table = new RequestTable()
  const seen = blank()
  for (const item of all) {
    clear(seen)
    seen.arrivalMs = timeAt(item, "sent_at")
    seen.startMs = timeAt(item, "started_at")
    seen.endMs = timeAt(item, "ended_at")
    seen.id = textAt(item, "request_id")
    seen.runner = textAt(item, "runner_id")
    const status = numberOf(at(item, "status_code"))
    seen.outcome = Number.isFinite(status) ? outcomeOf(status) : Outcome.completed
    table.add(seen)
  }
  const meaning = { duration: "service", waits: true, outcomes: true } as const
  return table.count === 0
    ? null
    : table.finish(meaning, ["read as requests by endpoint: sent_at, started_at, ended_at"], { hasBothEnds: true })
}

const stageNames = [
  ["scheduled", /schedul/iu],
  ["pull", /pull/iu],
  ["setup", /set_?up/iu],
  ["ready", /ready|idle/iu]
] as const
type StageName = (typeof stageNames)[number][0]

const typeOf = (event: unknown): string =>
  textAt(event, "type") ?? textAt(event, "event") ?? textAt(event, "name") ?? ""

/** When each runner came to each stage for the first time; those that failed on the way are left out. */
const startsIn = (events: ReadonlyArray<unknown>, timeAt: Times): ReadonlyArray<Partial<Record<StageName, number>>> => {
  const starts = new Map<string, Partial<Record<StageName, number>>>()
  const failed = new Set<string>()
  for (const event of events) {
    const runner = textAt(event, "runner_id") ?? textAt(event, "runner", "id") ?? ""
    const type = typeOf(event)
    const atMs = timeAt(event, "timestamp", "created_at", "time")
    if (runner === "" || Number.isNaN(atMs)) continue
    if (/fail|error/iu.test(type)) failed.add(runner)
    const name = stageNames.find(([, pattern]) => pattern.test(type))?.[0]
    if (name === undefined) continue
    const start = starts.get(runner) ?? {}
    start[name] = Math.min(start[name] ?? Infinity, atMs)
    starts.set(runner, start)
  }
  return [...starts].filter(([runner]) => !failed.has(runner)).map(([, start]) => start)
}

const stageFindings = (events: ReadonlyArray<unknown>, source: string, timeAt: Times): ReadonlyArray<Finding> => {
  const starts = startsIn(events, timeAt)
  const between = (
    from: (start: Partial<Record<StageName, number>>) => number | undefined,
    to: (start: Partial<Record<StageName, number>>) => number | undefined
  ) => sampleOf(starts.map((start) => (to(start) ?? NaN) - (from(start) ?? NaN)).filter((ms) => ms >= 0))
  const how = (note: string) => ({ source, sure: "measured" as const, note })
  const found = [
    stage(
      "runner.scheduling",
      between(
        ({ scheduled }) => scheduled,
        ({ pull, setup }) => pull ?? setup
      ),
      how("machine given to placed")
    ),
    stage(
      "runner.docker_pull",
      between(
        ({ pull }) => pull,
        ({ setup }) => setup
      ),
      how("pull begun to set-up begun")
    ),
    stage(
      "runner.setup",
      between(
        ({ setup }) => setup,
        ({ ready }) => ready
      ),
      how("set-up begun to ready")
    )
  ]
  return found.filter((finding): finding is Finding => finding !== null)
}

/** Settings by their names on the platform, and how a spec writes them. */
const settings = [
  ["app.max_multiplexing", "max_multiplexing", ""],
  ["app.request_timeout", "request_timeout", "s"],
  ["app.startup_timeout", "startup_timeout", "s"],
  ["app.termination_grace_period", "termination_grace_period", "s"],
  ["scaling.min_concurrency", "min_concurrency", ""],
  ["scaling.max_concurrency", "max_concurrency", ""],
  ["scaling.concurrency_buffer", "concurrency_buffer", ""],
  ["scaling.concurrency_buffer_perc", "concurrency_buffer_perc", ""],
  ["scaling.scaling_delay", "scaling_delay", "s"],
  ["scaling.keep_alive", "keep_alive", "s"]
] as const

const settingFindings = (app: unknown, name: string, source: string): ReadonlyArray<Finding> => {
  const found = (path: string, value: string, note: string): Finding => ({
    path,
    value,
    from: source,
    n: 1,
    sure: "measured",
    note
  })
  const [machineType] = listAt(app, "machine_types").map(String)
  return [
    found("app.name", yamlText(name), "as it was asked for"),
    ...(machineType === undefined ? [] : [found("app.machine_type", yamlText(machineType), "setting in force")]),
    ...settings.flatMap(([path, key, unit]) => {
      const value = numberAt(app, key) ?? numberAt(app, `${key}_seconds`)
      return value === null ? [] : [found(path, `${value}${unit}`, "setting in force")]
    })
  ]
}

/** The app among all that there are. */
const appIn = (answer: unknown, name: string): unknown =>
  [...listAt(answer, "aliases"), ...listAt(answer, "apps")].find((app) => textAt(app, "alias") === name)

/** Rollouts among the events, in whatever words: how each went is told by its details, graceful where nothing is said. */
const rolloutsIn = (events: ReadonlyArray<unknown>, timeAt: Times): ReadonlyArray<RolloutEvent> =>
  events.flatMap((event) => {
    const atMs = timeAt(event, "timestamp", "created_at", "time")
    if (Number.isNaN(atMs) || !/rollout/iu.test(typeOf(event))) return []
    const isForced = textAt(event, "mode") === "force" || at(event, "force") === true
    const order = orders.find((one) => one === textAt(event, "order")) ?? ways.graceful.order
    const mode = wayOf(isForced ? null : order)
    return [{ atMs, mode, id: textAt(event, "rollout_id") }]
  })

interface RolloutEvent extends SeenRollout {
  readonly id: string | null
}

/** A sandbox keeps reports of its rollouts: when the app had recovered. */
const withRecovery = async (calls: FalCalls, rollouts: ReadonlyArray<RolloutEvent>) => {
  const seen: Array<SeenRollout> = []
  for (const { atMs, id, mode } of rollouts) {
    const report = id === null ? null : await calls.get(`rollout-${id}`, "rest", `/v1/rollouts/${id}`)
    seen.push({ atMs, mode, recoveryMs: numberAt(at(report, "capacity"), "recoveryMs") })
  }
  return seen
}

/** A sandbox says of each request whether it was queued. */
const kindFinding = (answer: unknown, source: string): ReadonlyArray<Finding> => {
  const kinds = listAt(answer, "requests").map((request) => textAt(request, "kind"))
  const [queued, direct] = ["queued", "direct"].map((kind) => kinds.filter((each) => each === kind).length)
  const n = queued! + direct!
  if (n === 0) return []
  const share = Number((queued! / n).toFixed(3))
  const value = share === 0 ? "direct" : share === 1 ? "queued" : `{ mixed: { queued: ${share} } }`
  return [{ path: "traffic[0].kind", value, from: source, n, sure: "measured", note: "of the latest requests" }]
}

const nameIn = (endpoint: string): string => endpoint.slice(endpoint.indexOf("/") + 1)

const measuresAsked =
  "request_count,success_count,user_error_count,error_count,p50_duration,p99_duration,cold_boot_count"

/** What the platform counts itself of the last day, hour by hour; to hold against what the requests say. */
const analyticsNote = async (calls: FalCalls, endpoint: string): Promise<string> => {
  const query = new URLSearchParams({ endpoint_id: endpoint, timeframe: "hour", expand: measuresAsked })
  const answer = await calls.get("analytics", "api", `/v1/serverless/analytics?${query}`)
  const hours = listAt(answer, "time_series").flatMap((bucket) => listAt(bucket, "results"))
  const sum = (name: string): number => hours.reduce<number>((all, hour) => all + (numberAt(hour, name) ?? 0), 0)
  const counted = (name: string, one: string): string => Format.counted(sum(name), one)
  const most = (name: string): number =>
    hours.reduce<number>((all, hour) => Math.max(all, numberAt(hour, name) ?? 0), 0)
  const totals = `${counted("request_count", "request")}, ${counted("error_count", "error")}, ${counted("cold_boot_count", "cold boot")}`
  return `the platform's own analytics of the last day: ${totals}; p50 at most ${most("p50_duration")} s and p99 at most ${most("p99_duration")} s in an hour`
}

/** How many runners there were at a time, those that stood idle too. */
const runnersNote = async (calls: FalCalls, name: string): Promise<string> => {
  const answer = await calls.get("runners", "runners", `/runners/?application=${encodeURIComponent(name)}`)
  const dates = new DateReader()
  const lives = listAt(answer, "runners").map((runner) => {
    const finishedMs = dates.read(at(runner, "finished_at"))
    return { from: dates.read(at(runner, "started_at")), to: Number.isNaN(finishedMs) ? Infinity : finishedMs }
  })
  const most = mostAtOnce(
    Float64Array.from(lives, ({ from }) => from),
    Float64Array.from(lives, ({ to }) => to)
  )
  return `${Format.counted(lives.length, "runner")} in the last day, at most ${most} at a time`
}

/** What only adds to the rest is left out where the platform does not answer it, and that is told. */
const ifAnswered = async (what: string, asked: Promise<string>): Promise<string> => {
  try {
    return await asked
  } catch (error) {
    return `${what} could not be read: ${error instanceof Error ? error.message : String(error)}`
  }
}

/** All that the calls say of an app; a sandbox says more than the platform. */
export const evidence = async (
  calls: FalCalls,
  given: string,
  source: string,
  isSandbox: boolean
): Promise<Evidence> => {
  const endpoint = await calls.endpoint(given)
  const name = nameIn(endpoint)
  const app = appIn(await calls.aliases(), name)
  const speed = isSandbox ? (numberAt(await calls.get("status", "rest", "/v1/status"), "speed") ?? 1) : 1
  const timeAt = timesAt(speed, Date.now())
  const requests = requestsIn(await items(requestPages(calls, endpoint)), timeAt)
  const events = await items(eventPages(calls, endpoint))
  const told = rolloutsIn(events, timeAt)
  const rollouts = isSandbox ? await withRecovery(calls, told) : told.map(({ atMs, mode }) => ({ atMs, mode }))
  const kinds = isSandbox
    ? kindFinding(await calls.get("kinds", "rest", `/v1/requests?app=${encodeURIComponent(name)}&limit=10000`), source)
    : []
  const counted = [
    await ifAnswered("analytics", analyticsNote(calls, endpoint)),
    await ifAnswered("runners", runnersNote(calls, name))
  ]
  if (app === undefined && requests === null)
    throw new Error(`nothing is known of ${endpoint}: no such app, and no request of it in the last day`)
  return {
    source,
    requests,
    findings: [
      ...(app === undefined ? [] : settingFindings(app, name, source)),
      ...stageFindings(events, source, timeAt),
      ...kinds
    ],
    missing:
      requests === null ? [{ path: "traffic[0].arrivals", how: `${endpoint} had no request in the last day` }] : [],
    notes: [
      `asked for ${endpoint}`,
      ...counted,
      ...(speed === 1 ? [] : [`the sandbox runs at speed ${speed}: times are those of its apps, counted back from now`])
    ],
    rollouts
  }
}
