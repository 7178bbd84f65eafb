import * as Experiment from "@ebb/sim/experiment/Experiment"
import { saturationOf } from "@ebb/sim/measure/Stability"
import * as Assertion from "@ebb/sim/report/Assertion"
import * as ModeRows from "@ebb/sim/report/ModeRows"
import type { Checked, RehearsalReport } from "@ebb/sim/report/RehearsalReport"
import * as Trouble from "@ebb/sim/report/Trouble"
import { Effect, Result } from "effect"
import { assert, describe, it } from "vitest"
import { runsOf } from "./Runs.ts"
import { specOf } from "./SpecOf.ts"

/** Four runners with two slots each, three seconds a request: eight thirds of a request a second. */
const textAt = (load: number, more: object = {}) => ({
  app: { machine_type: "GPU-A100", max_multiplexing: 2, termination_grace_period: "30s" },
  scaling: { min_concurrency: 4, max_concurrency: 4 },
  runner: { scheduling: "1s", setup: "20s" },
  traffic: [
    {
      kind: "queued",
      arrivals: { poisson: `${((load * 8) / 3).toFixed(4)}/s` },
      service: { exponential: { mean: "3s" } }
    }
  ],
  rollouts: [{ at: "20m" }],
  run: { for: "1h", seeds: 4, modes: ["none", "graceful"] },
  ...more
})

const rehearsed = (text: object): Promise<RehearsalReport> => Effect.runPromise(Experiment.run(specOf(text)))

const checked = (report: RehearsalReport, text: string): Checked =>
  Result.getOrThrow(Result.flatMap(Assertion.parse(text), (assertion) => Assertion.check(assertion, report)))

const cells = (report: RehearsalReport, label: string): ReadonlyArray<string> | undefined =>
  ModeRows.rows(report.modes).find((row) => row.label.trim() === label)?.cells

describe("an app that keeps up", () => {
  it.each([0.3, 0.7, 0.9])("is stable at a load of %d, in every run", async (load) => {
    const report = await rehearsed(textAt(load))
    for (const { stability } of report.modes) {
      assert.deepStrictEqual(stability, {
        state: "stable",
        runs: 0,
        sinceMs: null,
        growthPerMinute: null,
        meaningless: []
      })
    }
    assert.deepStrictEqual(cells(report, "load"), ["stable", "stable"])
    assert.deepStrictEqual(Trouble.warnings(report), [])
    assert.isTrue(checked(report, "graceful.latencyMs.during.p99 < 10m").passed)
  })

  it("is stable where a rollout leaves a line that is worked off by the end", async () => {
    const runner = { scheduling: "1s", setup: "6m" }
    const report = await rehearsed(textAt(0.8, { runner }))
    assert.deepStrictEqual(cells(report, "load"), ["stable", "stable"])
  })

  it("is stable where the line is short because callers are refused", async () => {
    const [source] = textAt(1.5).traffic
    const report = await rehearsed(textAt(1.5, { traffic: [{ ...source, max_queue_length: 10 }] }))
    assert.deepStrictEqual(cells(report, "load"), ["stable", "stable"])
  })
})

describe("an app that cannot keep up", () => {
  it("is saturated from the start, by as much as comes more than it can do", async () => {
    const report = await rehearsed(textAt(1.3))
    for (const { stability } of report.modes) {
      assert.deepStrictEqual([stability.state, stability.runs], ["saturated", 4])
      assert.isBelow(stability.sinceMs!.mean, 5 * 60_000)
      // 0.3 × 8/3 a second.
      assert.approximately(stability.growthPerMinute!.mean, 48, 5)
      assert.deepStrictEqual(stability.meaningless, ["whole", "before", "during", "after"])
    }
  })

  it("says so in the table, with its times in brackets, and first of all", async () => {
    const report = await rehearsed(textAt(1.3))
    assert.match(cells(report, "load")![0]!, /^saturated/)
    assert.match(cells(report, "latency p99, during")![0]!, /^\(.*\)$/)
    assert.notMatch(cells(report, "slots ready, lowest")![0]!, /^\(/)
    assert.match(ModeRows.notes(report).join(" "), /Times in brackets mean nothing/)
    assert.match(
      Trouble.warnings(report)[0]!,
      /^The app is saturated: even without a rollout the line grows by \d+ requests a minute from .* on\. No way/
    )
    assert.match(report.advice!.because, /; the app cannot keep up even without a rollout, in 4 of 4 runs/)
  })

  it("passes no assertion about times, and those about anything else by their values", async () => {
    const report = await rehearsed(textAt(1.3))
    const { because, passed } = checked(report, "none.latencyMs.during.p99 < 10h")
    assert.isFalse(passed)
    assert.match(because ?? "", /^the app cannot keep up in 4 of 4 runs, so its times depend on how long a run is/)
    assert.isFalse(checked(report, "graceful.queueWaitMs.whole.mean >= 0").passed)
    assert.isTrue(checked(report, "graceful.inFlight.errored == 0").passed)
    assert.isTrue(checked(report, "graceful.stability.runs == 4").passed)
  })

  it("is saturated though its line is no longer than callers are patient", async () => {
    const [source] = textAt(1.3).traffic
    const report = await rehearsed(textAt(1.3, { traffic: [{ ...source, patience: "5m" }] }))
    assert.strictEqual(report.modes[0]!.stability.state, "saturated")
    assert.isBelow(report.modes[0]!.stability.growthPerMinute!.mean, 20)
  })

  it("is told apart where only the rollout does it: since then, and with what was before still meaning something", async () => {
    const spec = specOf(textAt(0.8, { app: { ...textAt(1).app, startup_timeout: "3600s" } }))
    // The four runners of the start are there at once, those that replace them hardly before the end.
    const setup = { sample: (_: unknown, __: number, runner: number) => (runner > 4 ? 2_400_000 : 20_000) }
    const report = await Effect.runPromise(Experiment.run({ ...spec, runner: { ...spec.runner, setup } }))
    const [none, graceful] = report.modes
    assert.strictEqual(none!.stability.state, "stable")
    assert.strictEqual(graceful!.stability.state, "saturated")
    assert.approximately(graceful!.stability.sinceMs!.mean, 20 * 60_000, 2 * 60_000)
    assert.deepStrictEqual(graceful!.stability.meaningless, ["whole", "during", "after"])
    assert.match(Trouble.warnings(report)[0]!, /^With graceful the app cannot keep up: the line grows by \d+/)
    assert.notMatch(cells(report, "latency p99, before")![1]!, /^\(/)
  })
})

describe("a timeline", () => {
  const stepMs = 60_000
  const runWith = (waiting: ReadonlyArray<number>, slots = 8) => {
    const [run] = runsOf([{ accepted: 1000 }])
    const slotsReady = waiting.map(() => slots)
    return { ...run!, timeline: { stepMs, waiting, slotsReady, inFlight: waiting, errors: waiting } }
  }
  const ramp = Array.from({ length: 60 }, (_, step) => (step < 20 ? 3 : (step - 19) * 12))

  it("says since when the line grows, and by how much a minute", () => {
    const found = saturationOf(runWith(ramp))!
    assert.strictEqual(found.sinceMs, 20 * stepMs)
    assert.approximately(found.growthPerMinute, 12, 0.3)
  })

  it("that falls in the end, or was short a moment ago, or is short at the end, is stable", () => {
    assert.isNull(saturationOf(runWith(ramp.map((count, step) => (step > 44 ? 600 - 30 * (step - 44) : count)))))
    assert.isNull(saturationOf(runWith(ramp.map((count, step) => (step === 50 ? 0 : count)))))
    assert.isNull(saturationOf(runWith(ramp.map((count) => Math.min(count, 19)))))
  })
})
