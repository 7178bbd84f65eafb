import { differences, modeReport } from "@ebb/sim/measure/Aggregate"
import type { Mode } from "@ebb/sim/spec/Spec"
import { estimate, interval } from "@ebb/sim/measure/Statistics"
import { assert, describe, it } from "vitest"
import { runsOf, undisturbed } from "./Runs.ts"

describe("the report of a mode over its seeds", () => {
  it("computes each measure a seed, percentiles too, and then their mean and interval", () => {
    const report = modeReport("graceful", runsOf([{ p99: 100 }, { p99: 300 }, { p99: 800 }]))
    assert.deepStrictEqual(report.latencyMs.during.p99, estimate([100, 300, 800]))
    assert.deepStrictEqual(report.latencyMs.during.p50, estimate([25, 75, 200]))
    assert.strictEqual(report.latencyMs.during.p99!.mean, 400)
  })

  it("has no number where no seed has one, and says how many have", () => {
    const runs = runsOf([{ recoveryMs: 1000 }, { recoveryMs: null }, { recoveryMs: 2000 }])
    const report = modeReport("graceful", runs)
    assert.deepStrictEqual(report.capacity.recoveryMs, estimate([1000, 2000]))
    assert.strictEqual(report.capacity.recoveryMs!.n, 2)
    assert.isNull(report.latencyMs.before.p99)
    assert.deepStrictEqual(report.latencyMs.before.count, { mean: 0, low: 0, high: 0, n: 3 })
    assert.isNull(modeReport("graceful", runsOf([{ cost: null }])).cost.amount)
  })

  it("counts an error type 0 in the seeds that do not have it", () => {
    const runs = runsOf([{ errors: { runner_disconnected: 4 } }, { errors: {} }, { errors: { request_timeout: 3 } }])
    const { errorsByType } = modeReport("force", runs)
    assert.deepStrictEqual(Object.keys(errorsByType), ["request_timeout", "runner_disconnected"])
    assert.deepStrictEqual(errorsByType["runner_disconnected"], estimate([4, 0, 0]))
    assert.strictEqual(errorsByType["request_timeout"]!.low, 0)
  })

  it("tells of each rollout how many runs saw its end, and how long it took", () => {
    const runs = runsOf([{ finishedAtMs: 62_000 }, { finishedAtMs: null, cut: 2 }, { finishedAtMs: 64_000 }])
    const [rollout] = modeReport("graceful", runs).rollouts
    assert.strictEqual(rollout!.finished, 2)
    assert.deepStrictEqual(rollout!.durationMs, estimate([2000, 4000]))
    assert.deepStrictEqual(rollout!.graceExceeded, estimate([0, 2, 0]))
    assert.deepStrictEqual(modeReport("none", [undisturbed({})]).rollouts, [])
  })

  it("has a timeline with a band, cut at 0", () => {
    const runs = runsOf([{ slotsReady: [4, 0, 4] }, { slotsReady: [4, 1, 0] }, { slotsReady: [4, 0, 4] }])
    const { band, slotsReady } = modeReport("graceful", runs).timeline
    const steps = [
      [4, 4, 4],
      [0, 1, 0],
      [4, 0, 4]
    ].map((values) => estimate(values)!)
    assert.deepStrictEqual(
      slotsReady,
      steps.map(({ mean }) => mean)
    )
    assert.deepStrictEqual(
      band.slotsReady.low,
      steps.map(({ low }) => low)
    )
    assert.deepStrictEqual(
      band.slotsReady.high,
      steps.map(({ high }) => high)
    )
    assert.strictEqual(band.slotsReady.low[1], 0)
  })
})

describe("the differences between modes", () => {
  const pairs = (...modes: ReadonlyArray<Mode>): ReadonlyArray<string> => {
    const runs = new Map(modes.map((mode) => [mode, runsOf([{ errored: 1 }, { errored: 3 }])]))
    return [...new Set(differences(runs).map(({ minus, mode }) => `${mode} - ${minus}`))]
  }

  it("are each mode minus none, and force minus graceful", () => {
    const all = ["graceful - none", "replace - none", "force - none", "force - graceful"]
    assert.deepStrictEqual(pairs("none", "graceful", "replace", "force"), all)
    assert.deepStrictEqual(pairs("graceful", "force"), ["force - graceful"])
    assert.deepStrictEqual(pairs("none", "replace"), ["replace - none"])
    assert.deepStrictEqual(pairs("none"), [])
  })

  it("are paired by seed, and left out where no seed has both", () => {
    const none = [undisturbed({ errored: 10 }), undisturbed({ errored: 90 })]
    const force = runsOf([{ errored: 13 }, { errored: 95 }])
    const found = differences(new Map([["none", none] as const, ["force", force] as const]))
    const errored = found.find(({ measure }) => measure === "requests.errored")
    assert.deepStrictEqual(errored, { mode: "force", minus: "none", measure: "requests.errored", ...interval([3, 5])! })
    assert.isUndefined(found.find(({ measure }) => measure === "capacity.recoveryMs"))
  })
})
