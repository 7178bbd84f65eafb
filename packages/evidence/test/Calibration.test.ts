import { calibrate, type Calibration } from "@ebb/evidence/calibrate/Calibration"
import * as CalibrationAssertion from "@ebb/evidence/calibrate/CalibrationAssertion"
import { prediction } from "@ebb/evidence/calibrate/Checked"
import { split } from "@ebb/evidence/calibrate/Split"
import * as Assertion from "@ebb/sim/report/Assertion"
import * as Spec from "@ebb/sim/spec/Spec"
import * as Random from "@ebb/sim/workload/Random"
import { sampler } from "@ebb/sim/workload/Distribution"
import { Effect, Exit, Result } from "effect"
import { assert, describe, it } from "vitest"
import { read } from "./Reading.ts"

const random = Random.make(11)
const gap = sampler({ exponential: { mean: "500ms" } }, () => new Float64Array())

/** An hour of two requests a second, as a log that says when work began; from half an hour on work may take longer. */
const logOf = (later: number): string => {
  const work = sampler({ lognormal: { p50: "2s", p99: "6s" } }, () => new Float64Array())
  const rows: Array<string> = []
  for (let [atMs, row] = [0, 0]; atMs < 3_600_000; atMs += gap.sample(random, 1, row++)) {
    const tookMs = work.sample(random, 2, row) * (atMs < 1_800_000 ? 1 : later)
    const fromS = 1_795_881_600 + atMs / 1000
    rows.push(`${fromS},${fromS},${fromS + tookMs / 1000},200`)
  }
  return ["sent_at,started_at,ended_at,status", ...rows].join("\n")
}

const specOf = (maxConcurrency: number): Spec.RehearsalSpec =>
  Result.getOrThrow(
    Spec.fromJson(
      {
        app: { name: "app", max_multiplexing: 4 },
        scaling: { min_concurrency: maxConcurrency, max_concurrency: maxConcurrency },
        traffic: [{ kind: "queued", arrivals: { poisson: "1/s" }, service: "9s" }]
      },
      { file: "spec", readFile: () => "" }
    )
  )

const calibrated = (log: string, runners = 8, seeds = 8): Promise<Calibration> => {
  const parts = split(read(log), 0.5)
  assert.isObject(parts)
  return Effect.runPromise(calibrate(specOf(runners), parts as Exclude<typeof parts, string>, seeds))
}

const measure = ({ measures }: Calibration, name: string) => measures.find((each) => each.measure === name)!

describe("a calibration", () => {
  const steady = calibrated(logOf(1))

  it("predicts what went on as before: service, latency and concurrency lie inside, near to what was seen", async () => {
    const found = await steady
    for (const name of ["serviceMs.p50", "latencyMs.p50", "concurrency.mean"]) {
      assert.isTrue(measure(found, name).inside, name)
      assert.isBelow(Math.abs(measure(found, name).errorPercent!), 5, name)
    }
    assert.isBelow(Math.abs(measure(found, "latencyMs.p99").errorPercent!), 10)
    assert.strictEqual(measure(found, "queueWaitMs.p99").seen, 0)
    assert.strictEqual(found.stable.verdict, "stable")
  })

  it("replays each request with its own time of work, and finds its latency again", async () => {
    const { replayed } = await steady
    assert.isAbove(replayed!.n, 3000)
    assert.isBelow(replayed!.errorPercent, 0.01)
    assert.isBelow(Math.abs(replayed!.biasPercent), 0.01)
  })

  it("fits on what it does not check", async () => {
    const { split } = await steady
    assert.strictEqual(split.fittedUntil, split.checkedFrom)
    assert.isAbove(Math.min(split.fitted, split.checked), 3000)
  })

  it("draws from what did not fail, says so, and knows nothing of service where all failed", async () => {
    const log = logOf(1).split("\n")
    const failed = await calibrated(
      log.map((row, at) => (at % 4 === 1 ? row.replace(/,200$/u, ",503") : row)).join("\n"),
      8,
      2
    )
    assert.isAbove(measure(failed, "errors").seen, 0.2)
    assert.isTrue(measure(failed, "serviceMs.p50").inside)
    assert.include(
      failed.basis,
      "requests that fail by themselves are in no spec: its errors are those of the platform, and here they take as long as the others"
    )
    const all = await calibrated(log.join("\n").replaceAll(/,200$/gmu, ",503"), 8, 2)
    assert.include(all.basis, "service is the spec's own: nothing seen says how long work takes")
  })

  it("shows by how much it is off where work takes half as long again", async () => {
    const found = await calibrated(logOf(1.5))
    const { errorPercent, inside } = measure(found, "serviceMs.p50")
    assert.isFalse(inside)
    assert.closeTo(errorPercent!, -33, 5)
  })

  it("says since when the runners of the spec cannot keep up", async () => {
    const found = await calibrated(logOf(1), 1, 2)
    assert.strictEqual(found.stable.verdict, "saturated")
    assert.isBelow(found.stable.sinceMs!, 60_000)
  })

  it("names what it could not check, and why", async () => {
    const { unchecked } = await steady
    assert.deepStrictEqual(unchecked, [
      { measure: "runners", why: "the source names no runners" },
      { measure: "coldStarts", why: "the source names no runners" },
      { measure: "rollout", why: "no rollout is known to lie in the checked part" }
    ])
  })

  it("may be asserted", async () => {
    const found = await steady
    const checked = (text: string) => CalibrationAssertion.check(Result.getOrThrow(Assertion.read(text)), found)
    assert.deepInclude(checked("serviceMs.p50.error < 5%"), { passed: true })
    assert.deepInclude(checked("serviceMs.p50.seen > 1h"), { passed: false })
    assert.deepInclude(checked("runners.max.error < 5%"), { passed: false, actual: null })
    assert.strictEqual(
      checked("serviceMs.p5.error < 5%"),
      "there is no measure serviceMs.p5; did you mean serviceMs.p50?"
    )
    const problem = CalibrationAssertion.problemOf(Result.getOrThrow(Assertion.read("serviceMs.p50 < 5%")))
    assert.match(problem!, /^must end in one of error, seen, predicted, inside/)
  })

  it.each([
    ["latencyMs.p99.error < 10s", "latencyMs.p99.error is a share; write < 10%"],
    ["concurrency.max.seen < 10s", "concurrency.max.seen is a number without a unit; write < 10"],
    ["errors.predicted < 1s", "errors.predicted is a share; write < 1%"],
    ["latencyMs.p99.seen < 10%", "latencyMs.p99.seen is a time; write < 10 with ms, s, m or h, such as < 10s"],
    ["runners.max.inside == 5%", "runners.max.inside is true or false; write == true or == false"],
    ["latencyMs.p99.error < 0.1", null],
    ["rollout1.recoveryMs.predicted < 10s", null],
    ["runners.max.inside == true", null]
  ])("may be asserted in units that it has: %s", (text, problem) => {
    assert.strictEqual(CalibrationAssertion.problemOf(Result.getOrThrow(Assertion.read(text))), problem)
  })

  it("ends between two seeds when it is told to", async () => {
    const rows = Array.from({ length: 60 }, (_, at) => `${1_795_881_600 + at},1,200`)
    const parts = split(read(["sent_at,service_s,status", ...rows].join("\n")), 0.5)
    assert.isObject(parts)
    const stop = new AbortController()
    let runs = 0
    const onRun = (done: number): void => {
      runs = done
      if (done === 2) setTimeout(() => stop.abort())
    }
    const predicting = calibrate(specOf(8), parts as Exclude<typeof parts, string>, 1000, onRun)
    const exit = await Effect.runPromiseExit(predicting, { signal: stop.signal })
    assert.isTrue(Exit.isFailure(exit))
    assert.isBelow(runs, 1000)
  })

  it("needs requests in both parts", () => {
    assert.strictEqual(
      split(read("time,latency\n1,1\n2,1\n"), 0.5),
      "has 1 request to fit and 1 to check; at least 20 of each are needed"
    )
  })
})

it("the interval of a prediction is that of one more run, wider than that of the mean", () => {
  const { high, low, mean, n } = prediction([7, 10, 13])
  // t(0.975, 2) · 3 · √(1 + 1/3)
  assert.deepStrictEqual([mean, n], [10, 3])
  assert.closeTo(high - mean, 4.302653 * 3 * Math.sqrt(4 / 3), 1e-5)
  assert.strictEqual(low, 0)
})
