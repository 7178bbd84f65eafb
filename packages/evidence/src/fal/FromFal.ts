import { DateReader, numberOf } from "@ebb/rows/Time"
import { machineTypes } from "@ebb/core/domain/Machine"
import type { Evidence, SeenRollout } from "../learn/Evidence.ts"
import type { Finding } from "../learn/Finding.ts"
import { sampleOf } from "../learn/Sample.ts"
import { stage } from "../learn/Stage.ts"
import { at, listAt, numberAt, textAt } from "../learn/Json.ts"
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
      `/applications/${endpoint}/events?categories=runner&page=${number}&size=${eventsAtATime}`
    )
    yield page
    if (listAt(page, "items").length < eventsAtATime) return
  }
}

const dates = new DateReader()
const timeAt = (item: unknown, ...names: ReadonlyArray<string>): number => {
  const found = names.map((name) => dates.read(at(item, name))).find((ms) => !Number.isNaN(ms))
  return found ?? NaN
}

/** The requests of items; those of the platform that never ran have no start. */
const requestsIn = (all: ReadonlyArray<unknown>): Requests | null => {
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
    : table.finish(meaning, ["read as requests by endpoint: sent_at, started_at, ended_at"])
}

const stageNames = [
  ["scheduled", /schedul/iu],
  ["pull", /pull/iu],
  ["setup", /set_?up/iu],
  ["ready", /ready|idle/iu]
] as const
type StageName = (typeof stageNames)[number][0]

/** When each runner came to each stage for the first time; those that failed on the way are left out. */
const startsIn = (events: ReadonlyArray<unknown>): ReadonlyArray<Partial<Record<StageName, number>>> => {
  const starts = new Map<string, Partial<Record<StageName, number>>>()
  const failed = new Set<string>()
  for (const event of events) {
    const runner = textAt(event, "runner_id") ?? textAt(event, "runner", "id") ?? ""
    const type = textAt(event, "type") ?? textAt(event, "event") ?? textAt(event, "name") ?? ""
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

const stageFindings = (events: ReadonlyArray<unknown>, source: string): ReadonlyArray<Finding> => {
  const starts = startsIn(events)
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
  const isKnown = machineTypes.some((type) => type === machineType)
  return [
    found("app.name", name, "as it was asked for"),
    ...(machineType !== undefined && isKnown ? [found("app.machine_type", machineType, "setting in force")] : []),
    ...settings.flatMap(([path, key, unit]) => {
      const value = numberAt(app, key) ?? numberAt(app, `${key}_seconds`)
      return value === null ? [] : [found(path, `${value}${unit}`, "setting in force")]
    })
  ]
}

/** The app among all that there are. */
const appIn = (answer: unknown, name: string): unknown =>
  [...listAt(answer, "aliases"), ...listAt(answer, "apps")].find((app) => textAt(app, "alias") === name)

const rolloutsIn = (answer: unknown): ReadonlyArray<SeenRollout> =>
  listAt(answer, "rollouts").flatMap((rollout) => {
    const atMs = timeAt(rollout, "startedAt")
    const mode =
      textAt(rollout, "mode") === "force"
        ? ("force" as const)
        : textAt(rollout, "order") === "replace_first"
          ? ("replace" as const)
          : ("graceful" as const)
    return Number.isNaN(atMs) ? [] : [{ atMs, mode }]
  })

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

/** All that the calls say of an app. `hasRollouts`: a sandbox says what was rolled out as well. */
export const evidence = async (
  calls: FalCalls,
  given: string,
  source: string,
  hasRollouts: boolean
): Promise<Evidence> => {
  const endpoint = await calls.endpoint(given)
  const name = nameIn(endpoint)
  const app = appIn(await calls.aliases(), name)
  const requests = requestsIn(await items(requestPages(calls, endpoint)))
  const events = await items(eventPages(calls, endpoint))
  const rollouts = hasRollouts
    ? rolloutsIn(await calls.get("rollouts", "rest", `/v1/rollouts?app=${encodeURIComponent(name)}`))
    : []
  const kinds = hasRollouts
    ? kindFinding(await calls.get("kinds", "rest", `/v1/requests?app=${encodeURIComponent(name)}&limit=10000`), source)
    : []
  if (app === undefined && requests === null)
    throw new Error(`nothing is known of ${endpoint}: no such app, and no request of it in the last day`)
  return {
    source,
    requests,
    findings: [
      ...(app === undefined ? [] : settingFindings(app, name, source)),
      ...stageFindings(events, source),
      ...kinds
    ],
    missing:
      requests === null ? [{ path: "traffic[0].arrivals", how: `${endpoint} had no request in the last day` }] : [],
    notes: [`asked for ${endpoint}`],
    rollouts
  }
}
