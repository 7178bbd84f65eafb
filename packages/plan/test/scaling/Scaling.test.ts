import * as Scaling from "@ebb/plan/scaling/Scaling"
import { Effect, Result } from "effect"
import { assert, it } from "vitest"
import * as BruteForce from "./BruteForce.ts"
import { problems } from "./Problems.ts"
import * as Slo from "@ebb/plan/scaling/Slo"
import { Tried } from "@ebb/plan/scaling/Tried"
import { specOf } from "../SpecOf.ts"

const withSeed = ({ bounds, slos, spec }: (typeof problems)[number], seed: number, runsMost = 20_000) =>
  Effect.runPromise(Scaling.plan({ ...spec, run: { ...spec.run, seed } }, { bounds, slos, runsMost }))

const [howMany, , , , both] = problems

/** More of them, and more often: scripts/selection.ts. */
it("chooses what brute force finds, says of it what that says, and that what is cheaper fails", async () => {
  const truth = await Effect.runPromise(BruteForce.of(howMany!, 30, 100_001))
  const { cheapestBroken, chosen, confidence, runnerUp, runs, today } = await withSeed(howMany!, 1)
  const cost = (settings: object) =>
    truth.find((each) => JSON.stringify(each.settings) === JSON.stringify(settings))!.cost
  assert.isTrue(BruteForce.isRight(truth, chosen!.settings))
  assert.approximately(chosen!.costPerHour.mean, cost(chosen!.settings), 0.02 * cost(chosen!.settings))
  assert.isTrue(chosen!.slos.every(({ holds, value }) => holds && value!.high < 4_000))
  assert.isAbove(cost(runnerUp!.settings), cost(chosen!.settings))
  assert.isBelow(cost(cheapestBroken!.settings), cost(chosen!.settings))
  assert.strictEqual(cheapestBroken!.broke, howMany!.slos[0]!.text)
  assert.deepStrictEqual(today.settings, { "scaling.max_concurrency": 8 })
  assert.strictEqual(confidence, 0.95)
  assert.isBelow(runs, (truth.length * 1000) / 5)
})

it("says that it is not settled when the runs are used up", async () => {
  const { confidence, runs } = await withSeed(howMany!, 1, 100)
  assert.isNull(confidence)
  assert.isAtMost(runs, 100)
})

it("keeps today's settings where others cost the same", async () => {
  const { chosen, today } = await withSeed(both!, 1)
  const keeps = await Effect.runPromise(
    Scaling.plan(
      { ...both!.spec, app: { ...both!.spec.app, scaling: { ...both!.spec.app.scaling, maxConcurrency: 3 } } },
      { bounds: both!.bounds, slos: both!.slos, runsMost: 20_000 }
    )
  )
  assert.deepStrictEqual(today.settings, { "scaling.min_concurrency": 2, "scaling.max_concurrency": 8 })
  assert.deepStrictEqual(chosen!.settings, { "scaling.min_concurrency": 1, "scaling.max_concurrency": 3 })
  assert.deepStrictEqual(keeps.chosen!.settings, { "scaling.min_concurrency": 2, "scaling.max_concurrency": 3 })
})

it.each([
  "graceful.inFlight.errored == 0",
  "graceful.requests.errored == 0",
  "graceful.errorsByType.runner_disconnected == 0"
])("does not hold %s where no request ever was in flight at the rollout", async (text) => {
  const spec = specOf(
    {
      app: { name: "a", machine_type: "S" },
      scaling: { min_concurrency: 1, max_concurrency: 2 },
      traffic: [{ kind: "direct", arrivals: { trace: { file: "a.csv", timestamp: "at", unit: "s" } }, service: "5s" }],
      rollouts: [{ at: "10m" }],
      run: { for: "15m", window: "2m", seeds: 1, moment: "fixed" }
    },
    { "a.csv": "at\n0\n300\n700\n" }
  )
  const slos = [Result.getOrThrow(Slo.parse(text))]
  const { chosen, confidence, nearestMiss } = await Effect.runPromise(
    Scaling.plan(spec, { bounds: howMany!.bounds, slos, runsMost: 20_000 })
  )
  assert.deepStrictEqual([chosen, confidence], [null, null])
  assert.strictEqual(nearestMiss!.slos[0]!.because, "no request was in flight at the rollout in any run")
})

it("does not hold what is said of direct requests where only queued ones were at the rollout", () => {
  const paths = ["inFlight.direct.errored", "inFlight.errored", "requests.errored"]
  const slos = paths.map((path) => Result.getOrThrow(Slo.parse(`graceful.${path} == 0`)))
  const tried = new Tried({}, slos)
  const met = { ...Slo.metNone, any: true, queued: true, atAnyRollout: true }
  for (let seed = 0; seed < 30; seed++) {
    tried.add({ costPerHour: 1, values: [0, 0, 0], flaws: [null, null, null], requests: 1, met })
  }
  tried.judge(0.05)
  assert.deepStrictEqual([tried.holds, tried.keeps, tried.fails], [false, false, true])
  const because = "no direct request was in flight at the rollout in any run"
  assert.deepStrictEqual(
    tried.results.map((result) => [result.verdict, result.because]),
    [
      ["open", because],
      ["unbroken", null],
      ["unbroken", null]
    ]
  )
})

it("has no negative time in an interval", () => {
  const tried = new Tried({}, [Result.getOrThrow(Slo.parse("graceful.capacity.recoveryMs < 1m"))])
  const run = { costPerHour: 1, flaws: [null], requests: 1, met: { ...Slo.metNone, any: true, direct: true } }
  for (const value of [0, 0, 30_000]) tried.add({ ...run, values: [value] })
  assert.strictEqual(tried.results[0]!.value!.low, 0)
})

it("waits for a run that meets one before it says so", () => {
  const slos = [Result.getOrThrow(Slo.parse("graceful.inFlight.errored == 0"))]
  const tried = new Tried({}, slos)
  const run = { costPerHour: 1, values: [0], flaws: [null], requests: 1 }
  for (let seed = 0; seed < 29; seed++) tried.add({ ...run, met: Slo.metNone })
  tried.judge(0.05)
  assert.deepStrictEqual([tried.keeps, tried.fails, tried.meets], [false, false, false])
  tried.add({ ...run, met: { ...Slo.metNone, any: true, direct: true } })
  tried.judge(0.05)
  assert.deepStrictEqual([tried.holds, tried.keeps, tried.meets], [false, true, true])
})

const rare = (poisson: string) =>
  specOf({
    app: { name: "a", machine_type: "GPU-H100" },
    scaling: { min_concurrency: 1, max_concurrency: 2 },
    traffic: [{ kind: "direct", arrivals: { poisson }, service: "3s" }],
    rollouts: [{ at: "10m" }],
    run: { for: "30m" }
  })
const noErrors = {
  bounds: howMany!.bounds,
  slos: [Result.getOrThrow(Slo.parse("graceful.requests.errored == 0"))],
  runsMost: 2_000
}
const quick = { ...noErrors, slos: [Result.getOrThrow(Slo.parse("graceful.latencyMs.whole.p99 < 10s"))] }

it("one seed without a request says nothing about the others", async () => {
  const { chosen, today } = await Effect.runPromise(Scaling.plan(rare("2/h"), quick))
  assert.strictEqual(chosen!.slos[0]!.because, null)
  assert.isTrue(today.slos[0]!.holds)
})

it("nothing is likely where no request came in any run", async () => {
  const { cheapestBroken, chosen, confidence, nearestMiss } = await Effect.runPromise(
    Scaling.plan(rare("0.000001/h"), noErrors)
  )
  assert.deepStrictEqual([chosen, confidence, cheapestBroken], [null, null, null])
  assert.strictEqual(nearestMiss!.slos[0]!.because, "no request came after the warm-up in any run")
})
