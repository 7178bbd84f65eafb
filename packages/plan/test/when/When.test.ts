import * as When from "@ebb/plan/when/When"
import type { RehearsalSpec } from "@ebb/sim/spec/Spec"
import { Effect } from "effect"
import { assert, describe, it } from "vitest"
import { specOf } from "../SpecOf.ts"
import { app, daily, inFlightAt, steady } from "./Daily.ts"

const hourMs = 3_600_000
const dayMs = 24 * hourMs

const planned = async (spec: RehearsalSpec, overMs = dayMs): Promise<When.When> =>
  (await Effect.runPromise(When.plan(spec, { mode: "force", overMs })))!

describe("a day whose traffic follows a sine", () => {
  const day = planned(daily(1, 10))

  it("is ranked as its known rate is", async () => {
    const { by, matters, steps } = await day
    assert.strictEqual(steps.length, 96)
    assert.isTrue(matters)
    assert.strictEqual(by, "errors")
    const groups = Array.from({ length: Math.max(...steps.map(({ group }) => group!)) }, (_, index) => index + 1)
    const trulyIn = groups.map((group) =>
      steps.filter((step) => step.group === group).map(({ atMs }) => inFlightAt(atMs))
    )
    assert.isAbove(groups.length, 2)
    for (const [index, those] of trulyIn.entries()) {
      // Next to the border between two groups a step may stand on the wrong side of it; never beyond the whole of a group.
      const beyond = trulyIn.slice(index + 2).flat()
      if (beyond.length > 0) assert.isBelow(Math.max(...those), Math.min(...beyond))
    }
  })

  it("is best around the night's end and worst around the afternoon, by about the factor of the rates", async () => {
    const { best, factor, worst } = await day
    assert.isTrue(best.some(({ fromMs, toMs }) => fromMs <= 2 * hourMs && 2 * hourMs <= toMs))
    assert.isTrue(Math.abs(worst.atMs - 14 * hourMs) < 4 * hourMs)
    assert.isTrue(factor! > 3 && factor! < 8)
  })
})

it("the same traffic all day: it does not matter when", async () => {
  const { best, by, factor, matters } = await planned(steady(1, 10))
  assert.isFalse(matters)
  assert.isNull(by)
  assert.strictEqual(factor, 1)
  assert.deepStrictEqual(best, [{ fromMs: 0.25 * hourMs, toMs: 24 * hourMs }])
})

it("finds a quiet window that was planted in a trace", async () => {
  const [quietFromMs, quietToMs] = [3.5 * hourMs, 4.75 * hourMs]
  const rows: Array<string> = ["at"]
  for (let atMs = 0; atMs < 8 * hourMs; atMs += 2_000) {
    if (atMs < quietFromMs - 5 * 60_000 || atMs > quietToMs) rows.push(String(atMs))
  }
  const arrivals = { trace: { file: "a.csv", timestamp: "at", unit: "ms" } }
  const service = { exponential: { mean: "20s" } }
  const run = { ...app.run, for: "26h", seeds: 8 }
  const spec = specOf({ ...app, traffic: [{ kind: "direct", arrivals, service }], run }, { "a.csv": rows.join("\n") })
  const { best, steps } = await planned(spec)
  assert.deepStrictEqual(best, [{ fromMs: quietFromMs, toMs: quietToMs }])
  // The trace ends after 8 hours, and with it what there is to say.
  assert.strictEqual(steps.at(-1)!.atMs, 7.75 * hourMs)
})

it("a trace that ends before anything can be tried has no answer", async () => {
  const arrivals = { trace: { file: "a.csv", timestamp: "at" } }
  const spec = specOf({ ...app, traffic: [{ kind: "direct", arrivals }] }, { "a.csv": "at\n0\n60\n" })
  assert.isNull(await Effect.runPromise(When.plan(spec, { mode: "force", overMs: dayMs })))
})

it("where no rollout loses anything, it is the latency that tells the hours apart", async () => {
  const spec = specOf({
    ...app,
    app: { ...app.app, max_multiplexing: 2, termination_grace_period: "10m" },
    scaling: { min_concurrency: 2, max_concurrency: 2 },
    runner: { scheduling: "1s", setup: "30s" },
    traffic: [
      {
        kind: "direct",
        arrivals: { daily: { low: "1/m", high: "20/m", period: "24h", peak_at: "12h" } },
        service: { exponential: { mean: "4s" } }
      }
    ],
    run: { ...app.run, seeds: 5 }
  })
  const { by, steps } = (await Effect.runPromise(When.plan(spec, { mode: "graceful", overMs: dayMs })))!
  assert.isTrue(steps.every(({ errors }) => errors.mean === 0))
  assert.strictEqual(by, "p99Ms")
})

it("an app that cannot keep up: no time is recommended by its latency", async () => {
  const spec = specOf({
    ...app,
    app: { ...app.app, max_multiplexing: 1 },
    scaling: { min_concurrency: 2, max_concurrency: 2 },
    traffic: [{ kind: "queued", arrivals: { poisson: "1/s" }, service: "3s" }],
    run: { ...app.run, seeds: 5 }
  })
  const { by, matters, saturatedRuns, steps } = (await Effect.runPromise(
    When.plan(spec, { mode: "graceful", overMs: 4 * hourMs })
  ))!
  assert.deepStrictEqual([by, matters, saturatedRuns], [null, false, 5])
  const last = steps.at(-1)!
  assert.isNull(last.p99Ms)
  assert.isAbove(last.unanswered.mean, 0)
})

it("a step whose latency some run does not know is neither good nor bad", () => {
  const atMs = [1, 2, 3, 4].map((step) => step * 0.25 * hourMs)
  const found = Array.from({ length: 12 }, (_, seed) => ({
    inFlight: [5, 5, 5, 5],
    errors: [0, 0, 0, 0],
    p99Ms: [seed === 3 ? null : 900, 2_000 + seed, 1_000 + seed, 9_000 + seed],
    unanswered: [seed === 3 ? 70 : 0, 0, 0, 0],
    isSaturated: false,
    requests: 100
  }))
  const { best, by, steps, worst } = When.answer("graceful", atMs, found)
  assert.strictEqual(by, "p99Ms")
  assert.deepStrictEqual(
    steps.map(({ group }) => group),
    [null, 2, 1, 3]
  )
  assert.isNull(steps[0]!.p99Ms)
  assert.deepStrictEqual(best, [{ fromMs: atMs[2]!, toMs: atMs[2]! }])
  assert.strictEqual(worst.atMs, atMs[3])
})
