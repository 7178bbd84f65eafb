import * as When from "@ebb/plan/when/When"
import { Effect } from "effect"
import { assert, describe, it } from "vitest"
import { specOf } from "../SpecOf.ts"
import { app, steady } from "./Daily.ts"

const hourMs = 3_600_000

const planned = async (spec: Parameters<typeof When.plan>[0], overMs: number): Promise<When.When> =>
  (await Effect.runPromise(When.plan(spec, { mode: "force", overMs })))!

/** A trace whose rows are `everyMs` apart on average, by a small generator of its own, each for some seconds. */
const rowsOf = (everyMs: number, untilMs: number): string => {
  const rows = ["at,takes"]
  let state = 1
  const uniform = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647
  for (let atMs = 0; atMs < untilMs; atMs += -everyMs * Math.log(uniform())) {
    rows.push(`${Math.round(atMs)},${Math.round(-30_000 * Math.log(uniform()))}`)
  }
  return rows.join("\n")
}

const trace = { trace: { file: "a.csv", timestamp: "at", unit: "ms" } }
const replayed = { kind: "direct", arrivals: trace, service: { column: "takes", unit: "ms" } }
const run = { ...app.run, for: "5h", seeds: 12 }
const files = { "a.csv": rowsOf(5_000, 3 * hourMs) }

describe("seeds that are all one day", () => {
  it("are one observation, which tells no pattern from chance", async () => {
    const { best, by, factor, matters, steps, traces, untold } = await planned(
      specOf({ ...app, traffic: [replayed], run }, files),
      2 * hourMs
    )
    assert.deepStrictEqual([matters, by, untold, factor, best], [null, null, "sameDay", null, []])
    assert.deepStrictEqual(traces, { isAll: true, endMs: null })
    assert.isTrue(new Set(steps.map(({ errors }) => errors.mean)).size > 1)
    for (const { errors, group } of steps) assert.deepStrictEqual([errors.n, group], [1, null])
  })

  it("so are those whose runners alone differ", async () => {
    const runner = { ...app.runner, setup: { uniform: { min: "1s", max: "20s" } } }
    const spec = specOf({ ...app, runner, traffic: [replayed], run }, files)
    const { matters, untold } = await planned(spec, 2 * hourMs)
    assert.deepStrictEqual([matters, untold], [null, "sameDay"])
  })

  it.each([
    ["its service is drawn", [{ ...replayed, service: { exponential: { mean: "30s" } } }]],
    ["other traffic is drawn", [replayed, { kind: "direct", arrivals: { poisson: "6/m" }, service: "20s" }]]
  ])("are not where %s", async (_, traffic) => {
    const { traces, untold } = await planned(specOf({ ...app, traffic, run }, files), hourMs)
    assert.deepStrictEqual([untold, traces], [null, { isAll: false, endMs: null }])
  })
})

it("nothing is tried where one of several traces has ended", async () => {
  const endless = { kind: "queued", arrivals: { poisson: "6/m" }, service: "3s" }
  const spec = specOf({ ...app, traffic: [replayed, endless], run }, files)
  const { steps, traces } = await planned(spec, 5 * hourMs)
  assert.strictEqual(steps.at(-1)!.atMs, 2.75 * hourMs)
  assert.approximately(traces!.endMs!, 3 * hourMs, 60_000)
})

it.each([
  ["one time has nothing beside it", 0.25, 12, "oneTime"],
  ["two seeds may agree on two times by chance", 0.5, 2, "fewSeeds"],
  ["ten seeds may, too", 0.5, 10, "fewSeeds"],
  ["eleven agree by chance in fewer than one plan in a thousand", 0.5, 11, null],
  ["one seed tells nothing", 6, 1, "fewSeeds"]
])("%s", async (_, hours, seeds, why) => {
  const { matters, untold } = await planned(steady(1, seeds), hours * hourMs)
  assert.deepStrictEqual([matters, untold], [why === null ? false : null, why])
})

it("requests of which next to none is in flight do not say that it does not matter", async () => {
  const rare = { kind: "direct", arrivals: { poisson: "4/h" }, service: "20s" }
  const { matters, untold } = await planned(specOf({ ...app, traffic: [rare], run }), 4 * hourMs)
  assert.deepStrictEqual([matters, untold], [null, "fewMet"])
})

it("what a rollout saves is negative, its interval too", () => {
  const found = Array.from({ length: 12 }, (_, seed) => ({
    inFlight: [20, 20, 20],
    errors: [-30 - (seed % 3), 2, 9],
    p99Ms: [900, 900, 900],
    unanswered: [0, 0, 0],
    isSaturated: false,
    requests: 100
  }))
  const { best, factor, matters, steps } = When.answer(
    "graceful",
    [1, 2, 3].map((step) => step * 0.25 * hourMs),
    found
  )
  assert.deepStrictEqual([matters, factor, best.length], [true, null, 1])
  const { high, low, mean } = steps[0]!.errors
  assert.isTrue(low < mean && mean === -31 && mean < high && high < 0)
})
