import * as Experiment from "@ebb/sim/experiment/Experiment"
import * as Assertion from "@ebb/sim/report/Assertion"
import * as ModeRows from "@ebb/sim/report/ModeRows"
import type { Checked, RehearsalReport } from "@ebb/sim/report/RehearsalReport"
import * as Trouble from "@ebb/sim/report/Trouble"
import { Effect, Result } from "effect"
import { assert, describe, it } from "vitest"
import { specOf } from "../SpecOf.ts"

const rehearsed = (spec: object): Promise<RehearsalReport> => Effect.runPromise(Experiment.run(specOf(spec)))

const checked = (report: RehearsalReport, text: string): Checked =>
  Result.getOrThrow(Result.flatMap(Assertion.parse(text), (assertion) => Assertion.check(assertion, report)))

const cellsOf = (report: RehearsalReport, label: string): ReadonlyArray<string> | undefined =>
  ModeRows.rows(report.modes).find((row) => row.label.trim() === label)?.cells

const traffic = [{ kind: "direct", arrivals: { poisson: "12/m" }, service: { uniform: { min: "2s", max: "9s" } } }]

/** Every GPU that there is holds a runner: a replacement never finds a place. */
const fullNode = {
  app: { machine_type: "GPU-A100", num_gpus: 2, max_multiplexing: 16, termination_grace_period: "60s" },
  scaling: { min_concurrency: 1, max_concurrency: 1 },
  capacity: { "GPU-A100": 2 },
  runner: { setup: "3m" },
  traffic,
  rollouts: [{ at: "20m" }],
  run: { for: "40m", seeds: 3, modes: ["graceful", "replace"] }
}

describe("a gate on a rollout that never ended", () => {
  it("is red, says why, and shows no recovery, though nothing was lost", async () => {
    const report = await rehearsed(fullNode)
    for (const text of [
      "replace.inFlight.errored == 0",
      "replace.requests.errored == 0",
      "replace.latencyMs.during.p99 < 10m",
      "replace.capacity.slotsReadyLowest >= 16",
      "replace.rollouts.0.errored == 0"
    ]) {
      const { because, passed } = checked(report, text)
      assert.isFalse(passed, text)
      assert.match(because ?? "", /^the rollout did not finish in any of 3 runs, so this proves nothing/)
    }
    assert.deepStrictEqual(cellsOf(report, "recovered after")?.[1], "not finished")
    assert.deepStrictEqual(cellsOf(report, "the rollout took")?.[1], "not finished")
  })

  it("may ask whether it finished, and about the mode that did", async () => {
    const report = await rehearsed(fullNode)
    assert.isTrue(checked(report, "replace.rollouts.0.finished == 0").passed)
    assert.isFalse(checked(report, "replace.rollouts.0.finished == 3").passed)
    assert.isTrue(checked(report, "graceful.rollouts.0.finished == 3").passed)
    assert.isTrue(checked(report, "graceful.inFlight.errored == 0").passed)
    assert.isTrue(checked(report, "graceful.rollouts.0.durationMs.high < 60s").passed)
    assert.isFalse(checked(report, "graceful.rollouts.0.durationMs.low > 60s").passed)
  })

  it("holds too where the run ends before the last runner has drained", async () => {
    const slow = { ...fullNode, capacity: {}, traffic: [{ ...traffic[0], service: "10m" }] }
    const app = { ...fullNode.app, termination_grace_period: "15m" }
    const report = await rehearsed({ ...slow, app, run: { for: "22m", seeds: 3, modes: ["graceful"] } })
    const { because, passed } = checked(report, "graceful.inFlight.errored == 0")
    assert.isFalse(passed)
    assert.include(because ?? "", "did not finish in any of 3 runs")
  })

  it("holds too where set-ups fail in some runs for longer than these last", async () => {
    const faults = { setup_failure: 0.6 }
    const run = { for: "30m", seeds: 8, modes: ["replace"] }
    const report = await rehearsed({ ...fullNode, capacity: {}, faults, rollouts: [{ at: "20m" }], run })
    const { finished } = report.modes[0]!.rollouts[0]!
    assert.isTrue(finished > 0 && finished < 8, `${finished} of 8 runs finished`)
    assert.match(
      checked(report, "replace.inFlight.errored == 0").because ?? "",
      new RegExp(`did not finish in ${8 - finished} of 8 runs`)
    )
    assert.deepStrictEqual(cellsOf(report, "not finished, of the runs"), [`${8 - finished} of 8`])
  })

  it("of two rollouts looks at the one that it names", async () => {
    const rollouts = [
      { at: "10m", mode: "graceful" },
      { at: "1795s", mode: "graceful" }
    ]
    const spec = { ...fullNode, capacity: {}, rollouts, traffic: [{ ...traffic[0], service: "40s" }] }
    const report = await rehearsed({ ...spec, run: { for: "30m", seeds: 3, modes: ["graceful"] } })
    assert.isTrue(checked(report, "graceful.rollouts.0.errored == 0").passed)
    assert.isFalse(checked(report, "graceful.rollouts.1.errored == 0").passed)
    assert.isFalse(checked(report, "graceful.requests.errored == 0").passed)
  })
})

describe("a gate on traffic that never came", () => {
  it("is red and says why, and may still be about runners", async () => {
    const spec = { ...fullNode, capacity: {}, traffic: [], run: { for: "40m", seeds: 2, modes: ["graceful"] } }
    const report = await rehearsed(spec)
    for (const text of ["graceful.inFlight.errored == 0", "graceful.requests.errored == 0"]) {
      const { because, passed } = checked(report, text)
      assert.deepStrictEqual([passed, because], [false, "no request came after the warm-up, so this proves nothing"])
    }
    assert.isTrue(checked(report, "graceful.rollouts.0.durationMs < 2s").passed)
    assert.isTrue(checked(report, "graceful.capacity.slotsReadyLowest == 0").passed)
    assert.match(Trouble.warnings(report)[0]!, /^No request came after the warm-up/)
  })
})

describe("how long a rollout takes", () => {
  it("stands in the table: one spare GPU for four replicas means four starts, one after the other", async () => {
    const spec = {
      ...fullNode,
      app: { ...fullNode.app, num_gpus: 1 },
      scaling: { min_concurrency: 4, max_concurrency: 4 },
      capacity: { "GPU-A100": 5 },
      runner: { scheduling: "0s", setup: "3m", teardown: "0s" },
      traffic: []
    }
    const report = await rehearsed(spec)
    assert.deepStrictEqual(cellsOf(report, "the rollout took"), ["0 s", "12 min"])
    assert.isTrue(checked(report, "replace.rollouts.0.durationMs == 12m").passed)
  })
})
