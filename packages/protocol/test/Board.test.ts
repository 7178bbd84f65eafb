import { byKey, settingsWith } from "@ebb/core/domain/Settings"
import { Boards } from "@ebb/protocol/live/Board"
import type { AppView, Changes, RunnerView, Snapshot } from "@ebb/protocol/rest/Events"
import type { RolloutSummary } from "@ebb/protocol/rest/Shapes"
import { assert, describe, it } from "@effect/vitest"
import { rollout, runner } from "./Samples.ts"

const app: AppView = {
  alias: "demo",
  env: "main",
  waiting: 0,
  inFlight: 1,
  slotsReady: 1,
  runners: 1,
  accepted: 1,
  completed: 0,
  errored: 0,
  cancelled: 0,
  errorsByType: {},
  latencyMs: null,
  force: { runners: 1, errors: 1, retries: 0 },
  faults: [],
  scaling: byKey(settingsWith({ isScaled: true }), (setting) => setting.default)
}

const draining = (id: string): RunnerView => runner(id, { state: "DRAINING", rollouts: ["r-1"] })

const snapshot = (part: Partial<Snapshot>): Snapshot => ({
  type: "snapshot",
  seq: 1,
  atMs: 2000,
  apps: [app],
  runners: [],
  rollouts: [],
  ...part
})

const changes: Changes = {
  type: "changes",
  seq: 2,
  atMs: 3000,
  apps: [],
  runners: [],
  gone: [],
  rollouts: [],
  deleted: []
}

const boardsOf = (...messages: ReadonlyArray<Snapshot | Changes>): Boards => {
  const boards = new Boards()
  for (const message of messages) boards.fold(message, message.atMs)
  return boards
}

describe("the boards of a sandbox", () => {
  it("begin anew with the next app of a name, and without the rollout of the one before", () => {
    const first = snapshot({ runners: [draining("old")], rollouts: [rollout] })
    const boards = boardsOf(first, { ...changes, deleted: ["demo"], apps: [app], runners: [runner("new")] })
    assert.deepStrictEqual([...boards.apps.get("demo")!.runners.keys()], ["new"])
    assert.deepStrictEqual(boards.rolloutsOf("demo"), [])
    boards.fold({ ...changes, gone: ["old"] }, 3000)
    assert.deepStrictEqual([...boards.apps.get("demo")!.runners.keys()], ["new"])
  })

  it("end the drains of runners that ended while nobody listened, and take in what became of the rollout", () => {
    const boards = boardsOf(snapshot({ runners: [draining("old")], rollouts: [rollout] }), snapshot({}))
    assert.deepStrictEqual(boards.drains.of("r-1"), [{ runner: "old", startMs: 1000, endMs: 2000, fate: "unknown" }])
    assert.isTrue(boards.drains.stale.has("r-1"))
    const over: RolloutSummary = { ...rollout, state: "finished", ended: 1, drained: 1 }
    boards.takeRollouts([over])
    boards.takeRollouts([{ ...over, recoveryMs: 4000 }])
    boards.takeRollouts([over])
    assert.strictEqual(boards.rollouts.get("r-1")?.recoveryMs, 4000)
  })
})
