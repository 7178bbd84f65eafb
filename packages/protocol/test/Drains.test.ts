import type { RolloutReport } from "@ebb/core/domain/RolloutReport"
import { Drains } from "@ebb/protocol/live/Drains"
import type { RolloutSummary } from "@ebb/protocol/rest/Shapes"
import { assert, describe, it } from "@effect/vitest"
import { runner as seen } from "./Samples.ts"

const startedMs = 1_000_000

const summary = { id: "r-1", startedAt: new Date(startedMs).toISOString() } as RolloutSummary

const runner = (id: string, more: Partial<RolloutReport["runners"][number]>): RolloutReport["runners"][number] => ({
  id,
  stateAtStart: "RUNNING",
  inFlightAtStart: 1,
  drained: 1,
  errored: 0,
  retried: 0,
  cancelled: 0,
  drainMs: 500,
  graceExceeded: false,
  endedBy: "drained",
  ...more
})

const report = (order: RolloutReport["order"], runners: RolloutReport["runners"]) =>
  ({ order, runners }) as RolloutReport

describe("the drains of a rollout", () => {
  it("were cut where a request was in flight on the runner when it ended, not where one had timed out before", () => {
    const drains = new Drains()
    const runners = [
      runner("first", { drained: 0, errored: 1, lost: 0 }),
      runner("second", { drained: 0, errored: 1, lost: 1 })
    ]
    drains.takeReport(summary, report("stop_first", runners), 1)
    assert.deepStrictEqual(
      drains.of("r-1").map(({ fate }) => fate),
      ["drained", "cut"]
    )
  })
})

describe("the drains of a rollout that nobody watched", () => {
  it("begin when each runner got its signal, in the time of the wall", () => {
    const drains = new Drains()
    const runners = [runner("first", { signalAfterMs: 2000 }), runner("second", { signalAfterMs: 4000, errored: 1 })]
    drains.takeReport(summary, report("replace_first", runners), 2)
    assert.deepStrictEqual(drains.of("r-1"), [
      { runner: "first", startMs: startedMs + 1000, endMs: startedMs + 1250, fate: "drained" },
      { runner: "second", startMs: startedMs + 2000, endMs: startedMs + 2250, fate: "cut" }
    ])
  })

  it("are not all told by those that are still there", () => {
    const drains = new Drains()
    drains.see(seen("second", { state: "DRAINING", rollouts: ["r-1"] }))
    assert.isFalse(drains.isTold("r-1"))
    drains.takeReport(summary, report("stop_first", [runner("first", {}), runner("second", { endedBy: null })]), 1)
    assert.isTrue(drains.isTold("r-1"))
    assert.deepStrictEqual(
      drains
        .of("r-1")
        .map(({ fate }) => fate)
        .toSorted(),
      ["drained", "draining"]
    )
  })

  it("are left out where a report of an earlier version cannot say when", () => {
    const drains = new Drains()
    drains.takeReport(summary, report("replace_first", [runner("first", {})]), 1)
    assert.deepStrictEqual(drains.of("r-1"), [])
    drains.takeReport(summary, report("stop_first", [runner("first", {})]), 1)
    assert.strictEqual(drains.of("r-1").length, 1)
  })
})
