import { RunnerState, runnerStateNames } from "@ebb/core/tables/RunnerState"
import { Effect } from "effect"
import type { Context } from "hono"
import * as PastRequests from "../../control/PastRequests.ts"
import type { Principal } from "../../control/Principal.ts"
import { type Refused, refuse } from "../../control/Refused.ts"
import type { LiveRequest } from "../../kernel/LiveRequest.ts"
import type { LiveRunner } from "../../kernel/LiveRunner.ts"
import type { SettledRow } from "../../store/LedgerStore.ts"
import * as Analytics from "./Analytics.ts"
import * as AppEvents from "./AppEvents.ts"
import { listOf, timeIn, wholeOf } from "./Query.ts"
import * as PlatformMetrics from "./PlatformMetrics.ts"
import type { Router } from "./Router.ts"

/** What the platform's API says of the past of an app, at its paths; in the clear and behind its host. */
export const add = (router: Router): void => {
  for (const host of ["", "/api.fal.ai"]) {
    router.route("GET", `${host}/v1/serverless/requests/by-endpoint`, "ADMIN", requests)
    router.route("GET", `${host}/v1/serverless/analytics`, "ADMIN", Analytics.answer)
    router.route("GET", `${host}/v1/serverless/metrics`, "ADMIN", PlatformMetrics.answer)
  }
  router.route("GET", "/applications/:owner/:app/events", "ADMIN", AppEvents.answer)
  router.route("GET", "/runners/", "ADMIN", runners)
}

const iso = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString())

const itemOf = (row: SettledRow, endpoint: string) => ({
  request_id: row.id,
  endpoint_id: endpoint,
  sent_at: iso(row.submittedAtMs),
  started_at: iso(row.startedAtMs),
  ended_at: iso(row.settledAtMs),
  status_code: row.status,
  duration: row.startedAtMs === null ? 0 : Math.round((row.settledAtMs - row.startedAtMs) / 10) / 100,
  runner_id: row.runner
})

const openItem = ({ id, runner, startedAtMs, submittedAtMs }: LiveRequest, endpoint: string) => ({
  request_id: id,
  endpoint_id: endpoint,
  sent_at: iso(submittedAtMs),
  started_at: iso(startedAtMs),
  ended_at: null,
  status_code: null,
  duration: null,
  runner_id: runner?.id ?? null
})

const pageMost = 100

/** Statuses that are asked for; all where none is. */
const statusesOf = (c: Context): Effect.Effect<ReadonlySet<string>, Refused> => {
  const given = listOf(c, "status")
  const known: ReadonlyArray<string> = PastRequests.requestStatuses
  const unknown = given.find((status) => !known.includes(status))
  if (unknown === undefined) return Effect.succeed(new Set(given.length === 0 ? known : given))
  return Effect.fail(refuse("INVALID_ARGUMENT", `status must be of ${known.join(", ")}, got '${unknown.slice(0, 40)}'`))
}

const firstPage = Number.MAX_SAFE_INTEGER

const requests = Effect.fn("serverless.requests")(function* (principal: Principal, c: Context) {
  const { end, start } = c.req.query()
  const scope = yield* PastRequests.scope(principal, { endpoints: listOf(c, "endpoint_id"), start, end })
  const limit = yield* wholeOf(c, "limit", { otherwise: 50, most: pageMost })
  const before = yield* wholeOf(c, "cursor", { otherwise: firstPage, most: firstPage })
  const statuses = yield* statusesOf(c)
  const rows = yield* PastRequests.settled(scope, { before, limit: limit + 1 })
  // Rows of direct requests are written a little later than others.
  const page = rows.slice(0, limit).sort((a, b) => b.settledAtMs - a.settledAtMs)
  // Those that go on stand before all that have ended.
  const going = before === firstPage && c.req.query("status") === undefined ? yield* PastRequests.open(scope.apps) : []
  const hasMore = rows.length > limit
  return {
    items: [
      ...going.map((live) => openItem(live, scope.apps.get(live.app.id)!)),
      ...page
        .filter((row) => statuses.has(PastRequests.statusOf(row)))
        .map((row) => itemOf(row, scope.apps.get(row.app)!))
    ],
    next_cursor: hasMore ? String(rows[limit - 1]!.seq) : null,
    has_more: hasMore
  }
})

const runnerItem = (runner: LiveRunner, application: string) => ({
  runner_id: runner.id,
  application,
  state:
    runner.endedAtMs === null
      ? runner.readyAtMs === null
        ? "starting"
        : "running"
      : runnerStateNames[RunnerState.TERMINATED].toLowerCase(),
  machine_type: runner.ended?.machineType ?? runner.revision.inFleet.settings.machineTypes[0],
  region: "local",
  node_id: "local",
  started_at: iso(runner.beganAtMs ?? runner.createdAtMs),
  finished_at: iso(runner.endedAtMs)
})

const runners = Effect.fn("serverless.runners")(function* (principal: Principal, c: Context) {
  const name = c.req.query("application") ?? ""
  const app = yield* PastRequests.endpointApp(principal, name.includes("/") ? name : `${principal.team}/${name}`)
  const fromMs = yield* timeIn(c, "start_time", 0)
  const untilMs = yield* timeIn(c, "end_time", Number.MAX_SAFE_INTEGER / 2)
  const all = yield* PastRequests.runnersOf(app)
  const within = all.filter(({ createdAtMs, endedAtMs }) => createdAtMs < untilMs && (endedAtMs ?? Infinity) >= fromMs)
  return { runners: within.map((runner) => runnerItem(runner, app.alias)) }
})
