import type { RolloutReport } from "@ebb/core/domain/RolloutReport"
import { byKey, settingsWith } from "@ebb/core/domain/Settings"
import type { AppView, Changes, RunnerView, Snapshot } from "@ebb/protocol/rest/Events"
import type { RolloutSummary } from "@ebb/protocol/rest/Shapes"
import { begun, report as sample, revision, runnerId } from "./golden/Samples.ts"

/** An id as different from the others as real ones are. */
export const idOf = (number: number): string => `${String(number).repeat(8)}${runnerId(number).slice(8)}`

export const startMs = Date.parse(begun.startedAt)

/** The app `demo` as the event stream tells of it. */
export const app: AppView = {
  alias: "demo",
  env: "main",
  waiting: 0,
  inFlight: 3,
  slotsReady: 12,
  runners: 2,
  accepted: 3,
  completed: 0,
  errored: 0,
  cancelled: 0,
  errorsByType: {},
  latencyMs: null,
  force: { runners: 2, errors: 3, retries: 0 },
  faults: [],
  scaling: {
    ...byKey(settingsWith({ isScaled: true }), (setting) => setting.default),
    minConcurrency: 2,
    maxConcurrency: 8,
    maxMultiplexing: 4,
    keepAliveSeconds: 300
  }
}

/** A runner of it, by its number. */
export const runner = (number: number, state: RunnerView["state"], inFlight = 0): RunnerView => ({
  id: idOf(number),
  alias: "demo",
  state,
  inFlight,
  machineType: "GPU-H100",
  revision,
  marked: false,
  sinceMs: startMs,
  expectedReadyMs: null,
  graceEndsMs: state === "DRAINING" ? startMs + 30_000 : null,
  rollouts: state === "DRAINING" ? ["r-17"] : []
})

const over: RolloutSummary = { ...begun, state: "finished", ended: 2, drained: 3 }

/** Three requests on two runners; a third is leaving already. */
export const snapshot: Snapshot = {
  type: "snapshot",
  seq: 1,
  atMs: startMs,
  apps: [app],
  runners: [runner(1, "RUNNING", 3), runner(2, "IDLE"), { ...runner(3, "DRAINING", 1), rollouts: [] }],
  rollouts: []
}

/** What changed so many milliseconds after the rollout began. */
export const changes = (seq: number, atMs: number, part: Partial<Changes>): Changes => ({
  type: "changes",
  seq,
  atMs: startMs + atMs,
  apps: [],
  runners: [],
  gone: [],
  rollouts: [],
  deleted: [],
  ...part
})

/** The rollout has begun, an idle runner is gone. */
export const draining = changes(2, 100, {
  runners: [runner(1, "DRAINING", 3), runner(4, "PENDING")],
  gone: [idOf(2)],
  apps: [{ ...app, slotsReady: 0, waiting: 2 }],
  rollouts: [begun]
})

/** And is over. */
export const finished = changes(3, 3100, { gone: [idOf(1)], rollouts: [over] })

/** What became of its runners. */
export const report: RolloutReport = {
  ...sample,
  inFlight: { ...sample.inFlight, atStart: 3, drained: 3 },
  runners: sample.runners.map((one) => ({ ...one, id: idOf(1), inFlightAtStart: 3, drained: 3 }))
}
