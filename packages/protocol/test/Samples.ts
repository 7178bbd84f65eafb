import type { RunnerView } from "@ebb/protocol/rest/Events"
import type { RolloutSummary } from "@ebb/protocol/rest/Shapes"

/** A runner of the app `demo`, at work on one request since 1000. */
export const runner = (id: string, more: Partial<RunnerView> = {}): RunnerView => ({
  id,
  alias: "demo",
  state: "RUNNING",
  inFlight: 1,
  machineType: "S",
  revision: "r",
  marked: false,
  sinceMs: 1000,
  expectedReadyMs: null,
  graceEndsMs: null,
  rollouts: [],
  ...more
})

/** A graceful rollout of the app `demo`, begun at 2000. */
export const rollout: RolloutSummary = {
  version: 1,
  id: "r-1",
  app: "demo",
  env: "main",
  mode: "graceful",
  order: "stop_first",
  state: "running",
  startedAt: new Date(2000).toISOString(),
  runners: 2,
  ended: 0,
  inFlight: 2,
  drained: 0,
  errored: 0,
  retried: 0,
  recoveryMs: null,
  gracePeriodMs: 30_000
}
