import * as Grace from "@ebb/plan/grace/Grace"
import * as Cost from "@ebb/plan/way/Cost"
import * as Escalation from "@ebb/plan/way/Escalation"
import { Effect } from "effect"
import { assert, describe, it } from "vitest"
import { specOf } from "../SpecOf.ts"

/** A request every 20 s for two hours, of 5 s to 24 s. */
const rows = Array.from({ length: 360 }, (_, at) => `${at * 20},${5 + ((at * 7) % 20)}`)
const files = { "a.csv": ["at,took", ...rows].join("\n") }

const trace = { kind: "direct", arrivals: { trace: { file: "a.csv", timestamp: "at" } }, service: { column: "took" } }
const drawn = { ...trace, service: { exponential: { mean: "10s" } } }
const other = { kind: "direct", arrivals: { poisson: "2/m" }, service: { exponential: { mean: "10s" } } }

const specWith = (traffic: ReadonlyArray<object>, seeds: number, more: object = {}) =>
  specOf(
    {
      app: { name: "a", machine_type: "S", termination_grace_period: "10s" },
      scaling: { min_concurrency: 6, max_concurrency: 6 },
      runner: { setup: { uniform: { min: "1s", max: "5s" } } },
      traffic,
      rollouts: [{ at: "1h" }],
      run: { for: "2h", seeds },
      ...more
    },
    files
  )

const planned = async (traffic: ReadonlyArray<object>, seeds: number) =>
  (await Effect.runPromise(Grace.plan(specWith(traffic, seeds), { atSeconds: [] })))!

describe("requests that a trace gives every seed again", () => {
  it.each([
    ["with their times", trace],
    ["of a constant time", { ...trace, service: "12s" }]
  ])("are one sample, without an interval: %s", async (_, source) => {
    const [one, many] = [await planned([source], 1), await planned([source], 12)]
    assert.isTrue(many.repeated)
    assert.isTrue(many.seen > 100 && many.seen < 360, `${many.seen} seen`)
    assert.strictEqual(many.seen, one.seen)
    assert.deepStrictEqual(
      many.periods.map((period) => ({ ...period, confirmed: null })),
      one.periods.map((period) => ({ ...period, confirmed: null }))
    )
    for (const { high, low } of many.periods) assert.deepStrictEqual([low, high], [null, null])
    for (const { count, share } of [...many.curve, many.worstHour!]) {
      assert.deepStrictEqual([share.n, share.low, share.high], [1, share.mean, share.mean])
      assert.deepStrictEqual([count.n, count.low, count.high], [1, count.mean, count.mean])
    }
  })

  it("are more with each seed where their times are drawn", async () => {
    const [one, many] = [await planned([drawn], 1), await planned([drawn], 12)]
    assert.isFalse(many.repeated)
    assert.isAbove(many.seen, 10 * one.seen)
    assert.strictEqual(many.today.share.n, 12)
    assert.isAbove(many.today.share.high, many.today.share.mean)
    assert.isNotNull(many.periods[0]!.low)
  })

  it("let no more be told of a whole of which they are a part", async () => {
    const many = await planned([trace, other], 12)
    assert.isTrue(many.repeated)
    assert.isBelow(many.seen, 360 + 240)
    assert.deepStrictEqual(
      many.periods.map(({ told }) => told),
      (await planned([trace, other], 1)).periods.map(({ told }) => told)
    )
  })

  it("show no time to force a rollout at from one moment of one trace, however often it is run", async () => {
    const plan = { faults: { plan: [{ at: "3590s", runner: "oldest", do: "hang" }] } }
    const crowd = { ...trace, arrivals: { poisson: "4/s" }, service: "2s" }
    const steady = Array.from({ length: 7200 }, (_, at) => `${at},2`)
    const app = { name: "a", machine_type: "S", termination_grace_period: "60s", max_multiplexing: 8 }
    const spec = (traffic: ReadonlyArray<object>) =>
      specOf(
        {
          app,
          scaling: { min_concurrency: 6, max_concurrency: 6 },
          prices: { S: 3.6 },
          traffic,
          rollouts: [{ at: "1h" }],
          run: { for: "70m", seeds: 20, moment: "fixed" },
          ...plan
        },
        { "a.csv": ["at,took", ...steady].join("\n") }
      )
    const costs = Cost.parse(["degraded=5USD/m"], "USD") as Cost.Costs
    assert.strictEqual((await Effect.runPromise(Escalation.plan(spec([crowd]), null)))!.because, "hang")
    assert.notStrictEqual((await Effect.runPromise(Escalation.plan(spec([trace]), null)))!.because, "hang")
    assert.strictEqual((await Effect.runPromise(Escalation.plan(spec([trace]), costs)))!.seconds, 60)
  })
})
