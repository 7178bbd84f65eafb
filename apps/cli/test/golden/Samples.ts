import type { RolloutReport } from "@ebb/core/domain/RolloutReport"
import { byWire, settingsWith } from "@ebb/core/domain/Settings"
import type { AppInfo, RolloutSummary, RunnerInfo, Status } from "@ebb/protocol/rest/Shapes"

export const revision = "5d4c2a10-7f3e-4b1a-9c55-0e6f2d1b8a01"

export const runnerId = (number: number): string => `11111111-aaaa-4bbb-8ccc-00000000000${number}`

/** The app `demo` of the transcripts. */
export const demo: AppInfo = {
  alias: "demo",
  revision,
  auth_mode: "public",
  ...byWire(settingsWith({ isScaled: true }), (setting) => setting.default),
  keep_alive: 300,
  max_concurrency: 20,
  max_multiplexing: 4,
  active_runners: 2,
  min_concurrency: 2,
  concurrency_buffer: 2,
  machine_types: ["GPU-H100"],
  request_timeout: 600,
  valid_regions: ["us-east"],
  environment_name: "",
  is_rolling: false
}

/** A runner of it that is idle and has nothing to do. */
export const idle: RunnerInfo = {
  alias: "demo",
  environment_name: "",
  machine_type: "GPU-H100",
  runner_id: runnerId(2),
  in_flight_requests: 0,
  expiration_countdown: 287,
  uptime_seconds: 90_061,
  revision,
  state: "IDLE",
  replacement: "NO_REPLACE",
  leases: []
}

/** A graceful rollout that has just begun. */
export const begun: RolloutSummary = {
  version: 1,
  id: "r-17",
  app: "demo",
  env: "main",
  mode: "graceful",
  order: "stop_first",
  state: "running",
  startedAt: "2026-01-01T00:00:00.000Z",
  gracePeriodMs: 30_000,
  runners: 6,
  ended: 0,
  inFlight: 24,
  drained: 0,
  errored: 0,
  retried: 0
}

const fates = { atStart: 24, drained: 24, errored: 0, retried: 0, cancelled: 0, unresolved: 0 }
const noFates = { atStart: 0, drained: 0, errored: 0, retried: 0, cancelled: 0, unresolved: 0 }

/** The same when it is over. */
export const report: RolloutReport = {
  version: 1,
  id: "r-17",
  app: "demo",
  env: "main",
  mode: "graceful",
  order: "stop_first",
  startedAtMs: 1000,
  finishedAtMs: 7400,
  state: "finished",
  inFlight: { ...fates, direct: fates, queued: noFates },
  errorsByType: {},
  runners: [
    {
      id: runnerId(1),
      stateAtStart: "RUNNING",
      inFlightAtStart: 24,
      drained: 24,
      errored: 0,
      retried: 0,
      cancelled: 0,
      drainMs: 3100,
      graceExceeded: false,
      endedBy: "drained"
    }
  ],
  latencyMs: null,
  queueWaitMs: null,
  capacity: { slotsReadyBefore: 24, slotsReadyLowest: 0, recoveryMs: 4200 },
  graceNeededMs: 3100,
  coldStarts: 1,
  runnerSeconds: { billable: 12, byState: { RUNNING: 12 } },
  cost: { amount: null, currency: "USD", ratePerHour: null }
}

/** A sandbox, as a key of scope API sees it. */
export const status: Status = {
  url: "http://localhost:8787",
  grpc: "localhost:8787",
  tlsUrl: null,
  pid: 1,
  data: "/data",
  version: "1.2.3",
  speed: 1,
  apps: 1,
  runners: 2,
  user: "Local User",
  team: "local",
  key: { id: "id", scope: "API" }
}
