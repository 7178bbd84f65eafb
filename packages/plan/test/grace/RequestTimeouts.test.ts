import * as Grace from "@ebb/plan/grace/Grace"
import { Effect } from "effect"
import { assert, describe, it } from "vitest"
import { specOf } from "../SpecOf.ts"

interface Given {
  readonly limit: string
  readonly grace?: string
  readonly service?: unknown
  readonly faults?: object
}

const planOf = async ({ faults = {}, grace = "5s", limit, service = { exponential: { mean: "4s" } } }: Given) => {
  const spec = specOf({
    app: { name: "a", machine_type: "S", termination_grace_period: grace, request_timeout: limit },
    scaling: { min_concurrency: 40, max_concurrency: 80, keep_alive: "1h" },
    runner: { scheduling: "0s", setup: "0s", teardown: "0s" },
    traffic: [{ kind: "direct", arrivals: { poisson: "4/s" }, service }],
    faults,
    rollouts: [{ at: "30m" }],
    run: { for: "1h", warmup: "5m", seeds: 12 }
  })
  return (await Effect.runPromise(Grace.plan(spec, { atSeconds: [1, 3] })))!
}

describe("requests that request_timeout ends before they are answered", () => {
  const planned = planOf({ limit: "5s" })

  it("are cut by no grace period from request_timeout on, nor is any other", async () => {
    const { curve, today } = await planned
    assert.deepStrictEqual([today.graceSeconds, today.share.mean, today.confirmed!.mean], [5, 0, 0])
    for (const { count, graceSeconds, timingOut } of curve) {
      assert.strictEqual(count.mean > 0, graceSeconds < 5, `${graceSeconds} s`)
      assert.isAtMost(timingOut.mean, count.mean)
    }
  })

  it("are cut by shorter ones as often as rollouts confirm", async () => {
    const { curve, periods } = await planned
    const found = periods.filter(({ graceSeconds }) => graceSeconds !== null && graceSeconds > 0)
    assert.isNotEmpty(found)
    for (const { confirmed, graceSeconds } of found) {
      const { count } = curve.find((point) => point.graceSeconds === graceSeconds)!
      const apart = Math.abs(confirmed!.mean - count.mean)
      assert.isAtMost(apart, count.high - count.mean + (confirmed!.high - confirmed!.mean), `${graceSeconds} s`)
    }
    const short = await planOf({ limit: "5s", grace: "2s" })
    const { confirmed, count } = short.today
    assert.isTrue(confirmed!.low <= count.mean && count.mean <= confirmed!.high, JSON.stringify(short.today))
    assert.isAbove(count.mean, 1)
  })

  it("are a share that no grace period saves, as theory has it", async () => {
    const { seen, tailIndex, timingOut } = await planned
    // One in flight for x of the 5 s is there with e^(-x/4), and ends by request_timeout with e^(-(5 - x)/4).
    const share = (1.25 * Math.exp(-1.25)) / (1 - Math.exp(-1.25))
    assert.closeTo(timingOut!.share.mean, share, 0.02)
    assert.isBelow(timingOut!.seen, seen)
    assert.isNull(tailIndex)
  })

  it("do not lengthen the period that is advised: waiting for those that hang saves none", async () => {
    const service = { uniform: { min: "1s", max: "3s" } }
    const { curve, limits, periods, timingOut } = await planOf({
      limit: "10m",
      service,
      faults: { hang: 0.01 }
    })
    const { graceSeconds, loss } = Grace.advised(periods)!
    assert.deepStrictEqual([graceSeconds, loss], [3, 0.001])
    assert.isAbove(timingOut!.share.mean, 0.1)
    const { count, timingOut: hanging } = curve.find((point) => point.graceSeconds === 3)!
    assert.strictEqual(count.mean, hanging.mean)
    assert.include(limits.find(({ rule }) => rule.endsWith("teardown"))!.sentence, "Requests need 3 s")
  })

  it("are none where request_timeout is long enough, and all where nothing is answered in time", async () => {
    assert.isNull((await planOf({ limit: "1h" })).timingOut)
    const { periods, seen, timingOut } = await planOf({ limit: "3s", service: "4s" })
    assert.deepStrictEqual([timingOut!.seen, timingOut!.share.mean], [seen, 1])
    assert.isNull(Grace.advised(periods))
  })
})
