import { queueSize } from "@ebb/core/fleet/Intake"
import type { Runner } from "@ebb/core/tables/Records"
import { hasNoProcess, isStarting } from "@ebb/core/tables/RunnerState"
import { Effect } from "effect"
import * as PastRequests from "../../control/PastRequests.ts"
import type { Principal } from "../../control/Principal.ts"
import { Kernel } from "../../kernel/Kernel.ts"
import type { LiveApp } from "../../kernel/LiveApp.ts"
import type { SettledRow } from "../../store/LedgerStore.ts"
import { runnerCounts } from "./Metrics.ts"
import { gauge, labels } from "./PrometheusText.ts"

const minuteMs = 60_000
/** So many requests of the last minute are counted. */
const rowsMost = 100_000
/** Upper bounds of the latencies' buckets, in seconds. */
const bucketsSeconds = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, Infinity]

/** The platform knows three states of a runner. */
const stateOf = ({ inFlight, state }: Runner): string =>
  hasNoProcess(state) || isStarting(state) ? "pending" : inFlight === 0 ? "idle" : "running"

const counted = (keys: ReadonlyArray<string>): ReadonlyArray<readonly [string, number]> => {
  const counts = new Map<string, number>()
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1)
  return [...counts]
}

/** How many latencies are at most each bound. */
const latencyRows = (application: string, rows: ReadonlyArray<SettledRow>) =>
  bucketsSeconds.map((bound) => {
    const le = bound === Infinity ? "+Inf" : String(bound)
    const count = rows.filter((row) => (row.settledAtMs - row.submittedAtMs) / 1000 <= bound).length
    return [labels({ application, le }), count] as const
  })

/** The gauges of the platform's API, over the last minute where they count requests. */
export const answer = Effect.fn("serverless.metrics")(function* (principal: Principal) {
  const { state } = yield* Kernel
  const apps = yield* PastRequests.ownApps(principal)
  const untilMs = Date.now() + 1
  const scope = { apps: new Map(apps.map(({ alias, id }) => [id, alias])), fromMs: untilMs - minuteMs, untilMs }
  const rows = yield* PastRequests.settled(scope, { before: Number.MAX_SAFE_INTEGER, limit: rowsMost })
  const open = yield* PastRequests.open(scope.apps)
  const aliasOf = (id: string): string => scope.apps.get(id)!
  const of = (value: (app: LiveApp) => number) =>
    apps.map((app) => [labels({ application: app.alias }), value(app)] as const)
  const received = [
    ...rows.filter(({ submittedAtMs }) => submittedAtMs >= scope.fromMs).map(({ app }) => app),
    ...open.filter(({ submittedAtMs }) => submittedAtMs >= scope.fromMs).map(({ app }) => app.id)
  ]
  const text = [
    gauge(
      "fal_app_runners",
      "Runners by state and machine type.",
      apps.flatMap((app) => [...runnerCounts(state, app, stateOf)])
    ),
    gauge(
      "fal_app_queue_size",
      "Queued requests that wait.",
      of((app) => queueSize(state.apps[app.slot]!))
    ),
    gauge(
      "fal_app_concurrent_requests",
      "Requests in flight.",
      of((app) => state.apps[app.slot]!.attempts.length)
    ),
    gauge(
      "fal_app_requests_completed",
      "Requests that ended in the last minute.",
      counted(
        rows.map(({ app, status }) => labels({ application: aliasOf(app), method: "POST", status: String(status) }))
      )
    ),
    gauge(
      "fal_app_requests_received",
      "Requests that came in the last minute.",
      of((app) => received.filter((id) => id === app.id).length)
    ),
    gauge(
      "fal_app_request_latency",
      "Requests of the last minute by their seconds from arrival to answer, at most le.",
      apps.flatMap((app) =>
        latencyRows(
          app.alias,
          rows.filter((row) => row.app === app.id)
        )
      )
    )
  ].join("\n")
  return new Response(`${text}\n`, { headers: { "content-type": "text/plain; version=0.0.4; charset=utf-8" } })
})
