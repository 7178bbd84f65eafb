import { queueSize } from "@ebb/core/fleet/Intake"
import type { Runner } from "@ebb/core/tables/Records"
import { runnerStateNames } from "@ebb/core/tables/RunnerState"
import type { FleetState } from "@ebb/core/fleet/FleetState"
import type { LiveApp } from "../../kernel/LiveApp.ts"
import { machineTypeOf } from "../../kernel/MachineType.ts"
import { counter, gauge, labels } from "./PrometheusText.ts"

/** How many runners of an app are in each state, under the names given, on each machine type. */
export const runnerCounts = (
  fleet: FleetState,
  app: LiveApp,
  nameOf: (runner: Runner) => string
): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>()
  const state = fleet.apps[app.slot]!
  for (let runner = state.firstRunner; runner !== null; runner = runner.next) {
    const key = labels({
      application: app.alias,
      state: nameOf(runner),
      machine_type: machineTypeOf(runner)
    })
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  return counts
}

/** The metrics of these apps, in Prometheus' text format (platform rule 13 names them). */
export const text = (fleet: FleetState, apps: ReadonlyArray<LiveApp>): string => {
  const of = (value: (app: LiveApp) => number) =>
    apps.map((app) => [labels({ application: app.alias }), value(app)] as const)
  const state = (app: LiveApp) => fleet.apps[app.slot]!
  const latencies = apps.flatMap((app) => {
    const summary = app.latency.summary()
    if (summary === null) return []
    return (["p50", "p90", "p99"] as const).map(
      (at) => [labels({ application: app.alias, quantile: `0.${at.slice(1)}` }), summary[at] / 1000] as const
    )
  })
  return `${[
    gauge(
      "fal_app_runners",
      "Runners by state and machine type.",
      apps.flatMap((app) => [...runnerCounts(fleet, app, ({ state }) => runnerStateNames[state])])
    ),
    gauge(
      "fal_app_queue_size",
      "Queued requests that wait.",
      of((app) => queueSize(state(app)))
    ),
    gauge(
      "fal_app_concurrent_requests",
      "Requests in flight.",
      of((app) => state(app).attempts.length)
    ),
    counter(
      "fal_app_requests_completed",
      "Requests completed since the start.",
      of((app) => state(app).totals.completed)
    ),
    counter(
      "fal_app_requests_received",
      "Requests accepted since the start.",
      of((app) => state(app).totals.accepted)
    ),
    gauge("fal_app_request_latency", "Seconds, over the last minute.", latencies)
  ].join("\n")}\n`
}
