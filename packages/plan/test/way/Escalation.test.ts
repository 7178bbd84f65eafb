import * as Grace from "@ebb/plan/grace/Grace"
import * as Cost from "@ebb/plan/way/Cost"
import * as Escalation from "@ebb/plan/way/Escalation"
import { Effect } from "effect"
import { assert, describe, it } from "vitest"
import { specOf } from "../SpecOf.ts"

/** Nearly all requests take a second or two; on one runner in ten they hang. */
const hanging = specOf({
  app: { name: "a", machine_type: "S", termination_grace_period: "120s", max_multiplexing: 1 },
  scaling: { min_concurrency: 20, max_concurrency: 20 },
  runner: { setup: "2s" },
  prices: { S: 3.6, currency: "USD" },
  traffic: [{ kind: "direct", arrivals: { poisson: "4/s" }, service: { uniform: { min: "1s", max: "3s" } } }],
  faults: { plan: [{ at: "19m", runner: "oldest", do: "hang" }] },
  rollouts: [{ at: "20m" }],
  run: { for: "30m", warmup: "5m", seeds: 6, moment: "fixed" }
})

describe("a graceful rollout that is forced after a while", () => {
  it("is forced where the curve has fallen to what hangs", async () => {
    const { because, curve, seconds } = (await Effect.runPromise(Escalation.plan(hanging, null)))!
    assert.strictEqual(because, "hang")
    assert.isAtLeast(seconds!, 1)
    assert.isAtMost(seconds!, 5)
    assert.strictEqual(curve.at(-1)!.seconds, 120)
    // Who hangs is cut whenever it is; to wait for it holds its runner all that time.
    assert.strictEqual(curve.at(-1)!.errors.mean, 1)
    assert.isAbove(curve.at(-1)!.heldRunnerSeconds.mean, curve[3]!.heldRunnerSeconds.mean + 100)
  })

  it("is not said to be cut however long it waits where few runs do not show it", async () => {
    const varied = specOf({
      app: { name: "a", machine_type: "S", termination_grace_period: "5s", max_multiplexing: 1 },
      scaling: { min_concurrency: 4, max_concurrency: 4 },
      traffic: [{ kind: "queued", arrivals: { poisson: "1.2/s" }, service: { pareto: { min: "1s", shape: 1.3 } } }],
      rollouts: [{ at: "20m" }],
      run: { for: "30m", seeds: 8, moment: "fixed" }
    })
    const { because, curve } = (await Effect.runPromise(Escalation.plan(varied, null)))!
    assert.notStrictEqual(because, "hang")
    // Its own interval at the end would have had the mean at 1 s in it.
    assert.isAtMost(curve[1]!.errors.mean, curve.at(-1)!.errors.high)
    assert.isAbove(curve[1]!.errors.mean, curve.at(-1)!.errors.mean + 0.5)
    const one = (await Effect.runPromise(Escalation.plan({ ...hanging, run: { ...hanging.run, seeds: 1 } }, null)))!
    assert.notStrictEqual(one.because, "hang")
  })

  it("is forced when it is cheapest, by the costs given", async () => {
    const at = async (...words: ReadonlyArray<string>) => {
      const costs = Cost.parse(words, "USD")
      assert.isObject(costs)
      return (await Effect.runPromise(Escalation.plan(hanging, costs as Cost.Costs)))!
    }
    assert.strictEqual((await at("error=0.0001USD", "degraded=60USD/m")).seconds, 0)
    assert.isAtLeast((await at("error=10USD")).seconds!, 5)
    assert.isAtMost((await at("error=10USD")).seconds!, 10)
  })

  it("waits out the grace period where another time saves no more than chance may", async () => {
    const cost = Cost.parse(["error=10USD"], "USD") as Cost.Costs
    const calm = { ...hanging, faults: { ...hanging.faults, plan: [] } }
    const { because, curve, seconds } = (await Effect.runPromise(Escalation.plan(calm, cost)))!
    assert.deepStrictEqual([because, seconds], ["cost", 120])
    assert.strictEqual(curve.at(-1)!.errors.mean, 0)
  })

  it("is graceful first, even where the spec says force", async () => {
    const forced = { ...hanging, rollouts: [{ ...hanging.rollouts[0]!, mode: "force" as const }] }
    const [own, other] = await Effect.runPromise(
      Effect.all([Escalation.plan(hanging, null), Escalation.plan(forced, null)])
    )
    assert.deepStrictEqual(own, other)
  })

  it("does not count what a crash takes, which no time would have saved", async () => {
    const crashing = specOf({
      app: { name: "a", machine_type: "S", max_multiplexing: 4, termination_grace_period: "2m" },
      scaling: { min_concurrency: 6, max_concurrency: 10 },
      faults: { crash: { exponential: { mean: "2m" } } },
      traffic: [{ kind: "queued", arrivals: { poisson: "0.7/s" }, service: "20s" }],
      rollouts: [{ at: "10m" }],
      run: { for: "20m", seeds: 20, moment: "fixed" }
    })
    const way = (await Effect.runPromise(Escalation.plan(crashing, null)))!
    // Every request is over after 20 s, and every rollout with it.
    for (const point of way.curve.filter(({ seconds }) => seconds >= 20)) {
      assert.deepStrictEqual([point.errors.mean, point.lostWorkSeconds.mean], [0, 0])
      assert.isTrue(Escalation.gainsNothing(way, point))
    }
    assert.isAbove(way.curve[0]!.errors.mean, 5)
    assert.isFalse(Escalation.gainsNothing(way, way.curve[0]!))
    assert.notStrictEqual(way.because, "hang")
    const { today } = (await Effect.runPromise(Grace.plan(crashing, { atSeconds: [] })))!
    assert.deepStrictEqual([today.share.mean, today.confirmed!.mean, today.lostAmount!.mean], [0, 0, 0])
  })

  it("is not forced without a grace period to wait for", async () => {
    const none = specOf({ ...hanging.text, app: { ...hanging.text.app, termination_grace_period: "0s" } })
    for (const costs of [null, Cost.parse(["error=10USD"], "USD") as Cost.Costs]) {
      const { because, curve, seconds } = (await Effect.runPromise(Escalation.plan(none, costs)))!
      assert.deepStrictEqual([curve.length, seconds, because], [1, null, null])
    }
  })

  it("is not planned without a rollout", async () => {
    assert.isNull(await Effect.runPromise(Escalation.plan({ ...hanging, rollouts: [] }, null)))
  })
})

describe("costs", () => {
  it("are read with their unit", () => {
    assert.deepStrictEqual(Cost.parse(["error=0.02USD", "degraded=1USD/s"], "USD"), {
      currency: "USD",
      perError: 0.02,
      perDegradedMinute: 60
    })
    assert.isNull(Cost.parse([], "USD"))
  })

  it.each(["euro", "Fr.", "US$", "a/s", "10c"])(
    "are read in the currency of the spec as it is written: %s",
    (currency) => {
      assert.deepStrictEqual(Cost.parse([`error=0.5${currency}`, `degraded=2${currency}/h`], currency), {
        currency,
        perError: 0.5,
        perDegradedMinute: 2 / 60
      })
      assert.match(String(Cost.parse(["error=1EUR"], currency)), /is in EUR, the spec's prices are in .+; use /)
    }
  )

  it.each([
    ["error", /must be like error=0\.02USD or degraded=5USD\/m, got 'error'/],
    ["error=1USD/m", /must be like/],
    ["degraded=1USD", /must be like/],
    ["error=1", /must be like/],
    ["error=1.2.3USD", /must be like/],
    ["error=USD", /must be like/],
    ["degraded=1euro/s", /is in euro, the spec's prices are in USD; use USD/],
    ["error=1EUR", /is in EUR, the spec's prices are in USD; use USD/]
  ])("must make sense: %s", (word, problem) => {
    assert.match(String(Cost.parse([word], "USD")), problem)
  })
})
