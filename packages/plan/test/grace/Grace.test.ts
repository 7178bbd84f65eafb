import * as Grace from "@ebb/plan/grace/Grace"
import { kneeOf } from "@ebb/plan/grace/Knee"
import { limits } from "@ebb/plan/grace/Limits"
import { aroundOf } from "@ebb/plan/grace/PlatformLimits"
import { isShown, periodFor, requestsFor, tailIndex } from "@ebb/plan/grace/Periods"
import { Effect } from "effect"
import { assert, describe, it } from "vitest"
import { specOf } from "../SpecOf.ts"

describe("the shortest grace period that loses little enough", () => {
  const sorted = Float64Array.from({ length: 1000 }, (_, at) => at * 10)

  it("is in whole seconds, and what ends with it is answered in time", () => {
    assert.strictEqual(periodFor(sorted, 0.1), 9)
    assert.strictEqual(periodFor(sorted, 0.01), 10)
    assert.strictEqual(periodFor(Float64Array.of(3000), 0), 3)
  })

  it("is none where requests hang or need longer than the platform allows", () => {
    assert.isNull(periodFor(Float64Array.of(10, Infinity), 0))
    assert.strictEqual(periodFor(Float64Array.of(10, Infinity), 0.5), 1)
    assert.isNull(periodFor(Float64Array.of(3_600_001), 0))
  })
})

describe("what so many requests can tell", () => {
  it("is the rule of three where none was lost", () => {
    assert.deepStrictEqual([0.1, 0.01, 0.001].map(requestsFor), [30, 300, 2996])
    for (const loss of [0.1, 0.01, 0.001]) {
      assert.isTrue(isShown(0, requestsFor(loss), loss))
      assert.isFalse(isShown(0, requestsFor(loss) - 1, loss))
    }
  })

  it("is Garwood's bound where some were: 7.75 of 3, 16.96 of 10", () => {
    // From his table, the upper 95 % of a count.
    assert.isTrue(isShown(3, 7754, 0.001) && !isShown(3, 7753, 0.001))
    assert.isTrue(isShown(10, 16_963, 0.001) && !isShown(10, 16_962, 0.001))
  })
})

describe("the knee of a curve", () => {
  it("is its point farthest from the chord", () => {
    const points = [0, 1, 2, 4, 10].map((x, at) => ({ x, y: [1, 0.15, 0.1, 0.05, 0][at]! }))
    assert.strictEqual(kneeOf(points)!.x, 1)
  })

  it("is nowhere on a straight line, nor where nothing is lost", () => {
    assert.isNull(kneeOf([0, 1, 2, 3].map((x) => ({ x, y: 1 - x / 3 }))))
    assert.isNull(kneeOf([0, 1].map((x) => ({ x, y: 0 }))))
  })
})

it("the tail of what is left has an index one below that of the service", () => {
  // The equilibrium tail of Pareto(1.5) falls as x^(-0.5).
  const left = Float64Array.from({ length: 20_000 }, (_, at) => 1000 / ((at + 0.5) / 20_000) ** 2).sort()
  assert.closeTo(tailIndex(left, left.length)!, 0.5, 0.05)
})

describe("each limit", () => {
  const facts = {
    graceSeconds: 30,
    neededSeconds: 20,
    teardownP99Seconds: 1,
    requestTimeoutSeconds: 10,
    forcedAfterSeconds: null,
    command: [],
    windowSeconds: 600,
    around: aroundOf()
  }
  const found = (rule: string, given: object) =>
    limits.find((limit) => limit.rule === rule)!.check({ ...facts, ...given })

  it.each([
    ["grace period ≥ what requests need + teardown", {}, true, /the grace period is 30 s/],
    ["grace period ≥ what requests need + teardown", { neededSeconds: 40 }, false, /termination_grace_period to 41 s/],
    ["grace period ≤ 1 h", {}, true, /within/],
    ["grace period ≤ 1 h", { neededSeconds: null }, false, /No grace period covers/],
    ["force of the spec ≥ what requests need", { forcedAfterSeconds: 20 }, true, /comes 20 s after its rollout/],
    ["force of the spec ≥ what requests need", { forcedAfterSeconds: 19 }, false, /let it come 20 s after/],
    ["request timeout ≤ grace period", {}, true, /No request may take longer/],
    ["request timeout ≤ grace period", { requestTimeoutSeconds: 3600 }, false, /requests that take longer are cut/],
    ["gunicorn's graceful_timeout", { command: ["gunicorn", "app:app"], graceSeconds: 60 }, true, /gives up after 30/],
    ["gunicorn's graceful_timeout", { command: ["gunicorn", "--graceful-timeout=5"] }, false, /--graceful-timeout 20/],
    ["gunicorn's graceful_timeout", { command: ["/bin/gunicorn"] }, false, /killed after 30/],
    ["uvicorn's timeout_graceful_shutdown", { command: ["uvicorn", "a:b"] }, true, /as long as it may/],
    [
      "uvicorn's timeout_graceful_shutdown",
      { command: ["uvicorn", "a:b", "--timeout-graceful-shutdown", "3"] },
      false,
      /gives up after 3/
    ],
    ["hypercorn's graceful_timeout", { command: ["hypercorn", "a:b"] }, false, /--graceful-timeout 20/],
    ["vLLM's shutdown timeout", { command: ["vllm", "serve", "m"] }, false, /--shutdown-timeout 20/]
  ])("%s, given %j", (rule, given, ok, sentence) => {
    const { ok: holds, sentence: said } = found(rule, given)!
    assert.strictEqual(holds, ok, said)
    assert.match(said, sentence)
  })

  it("applies to the server, or the force, that it is about alone", () => {
    for (const { check, rule } of limits)
      assert.strictEqual(check(facts) === null, /gunicorn|uvicorn|hypercorn|vLLM|force/.test(rule), rule)
  })
})

describe("a plan of the grace period", () => {
  const spec = specOf({
    app: { name: "a", machine_type: "S", termination_grace_period: "5s", request_timeout: "5m" },
    scaling: { min_concurrency: 20, max_concurrency: 20 },
    runner: { setup: "1s" },
    traffic: [{ kind: "direct", arrivals: { poisson: "2/s" }, service: { exponential: { mean: "4s" } } }],
    rollouts: [{ at: "1h" }],
    run: { for: "3h", warmup: "30m", seeds: 6 }
  })
  const planned = Effect.runPromise(Grace.plan(spec, { atSeconds: [13] }))

  it("has the periods of the theory, in whole seconds", async () => {
    const { curve, periods, today } = (await planned)!
    assert.closeTo(periods[0]!.graceSeconds!, 10, 1)
    assert.closeTo(periods[1]!.graceSeconds!, 19, 2)
    assert.closeTo(periods[2]!.graceSeconds!, 28, 5)
    assert.closeTo(today.share.mean, Math.exp(-5 / 4), 0.03)
    assert.isTrue(curve.some(({ graceSeconds }) => graceSeconds === 13))
    assert.deepStrictEqual(
      curve.map(({ share }) => share.mean),
      curve.map(({ share }) => share.mean).toSorted((a, b) => b - a)
    )
  })

  it("is confirmed by rollouts: a longer period cuts no more, one that loses nothing cuts nothing here", async () => {
    const { periods, today } = (await planned)!
    assert.isAbove(today.confirmed!.mean, periods[1]!.confirmed!.mean)
    assert.strictEqual(periods[3]!.confirmed!.mean, 0)
  })

  it("has a knee between no grace and what loses one in a thousand, and the worst hour", async () => {
    const { knee, periods, worstHour } = (await planned)!
    assert.isAbove(knee!, 2)
    assert.isBelow(knee!, periods[2]!.graceSeconds!)
    assert.isAtLeast(worstHour!.count.mean, 0)
  })

  it("has the interval of each period, and the period of each kind and of the worst hour", async () => {
    const { periods, worstHour } = (await planned)!
    for (const { direct, graceSeconds, high, low, queued, worstHour: ofHour } of periods) {
      assert.isAtMost(low!, graceSeconds!)
      assert.isAtLeast(high ?? Infinity, graceSeconds!)
      // All of them are direct.
      assert.strictEqual(direct, graceSeconds)
      assert.isNull(queued)
      assert.isNotNull(ofHour)
    }
    // Of a run of three hours whose first half hour is not measured, about 8 requests are in flight at any time.
    assert.closeTo(worstHour!.count.mean, 8 * Math.exp(-5 / 4), 1)
  })

  it("is the same for the same seeds, to the last bit", async () => {
    assert.strictEqual(
      JSON.stringify(await Effect.runPromise(Grace.plan(spec, { atSeconds: [13] }))),
      JSON.stringify(await planned)
    )
  })

  const seenIn = async (rate: string, seeds: number) => {
    const few = specOf({
      app: { name: "a", machine_type: "S", termination_grace_period: "5s" },
      scaling: { min_concurrency: 2, max_concurrency: 2 },
      traffic: [{ kind: "direct", arrivals: { poisson: rate }, service: { exponential: { mean: "20s" } } }],
      rollouts: [{ at: "30m" }],
      run: { for: "1h", seeds }
    })
    return (await Effect.runPromise(Grace.plan(few, { atSeconds: [] })))!
  }

  it("has no period for a share that the requests seen cannot tell", async () => {
    const { knee, limits, periods, seen, tailIndex: index } = await seenIn("9/h", 2)
    assert.isTrue(seen > 5 && seen < 30, `${seen} seen`)
    assert.isNull(Grace.advised(periods))
    for (const period of periods.filter(({ loss }) => loss > 0)) {
      const { confirmed, direct, graceSeconds, high, low, told } = period
      assert.deepStrictEqual([told, graceSeconds, low, high, direct, confirmed], [false, null, null, null, null, null])
    }
    assert.deepStrictEqual([knee, index], [null, null])
    // What no period is known for is not said to be beyond what there may be.
    assert.isFalse(limits.some(({ rule }) => rule === "grace period ≤ 1 h"))
  })

  it("has no interval of a period from one seed", async () => {
    const { periods } = await seenIn("900/h", 1)
    assert.isTrue(periods[0]!.told)
    assert.isNotNull(periods[0]!.graceSeconds)
    for (const { high, low } of periods) assert.deepStrictEqual([low, high], [null, null])
  })

  it("rests its advice on the share that can be told", async () => {
    const { periods, seen } = await seenIn("60/h", 2)
    assert.isTrue(seen > 30 && seen < 300, `${seen} seen`)
    assert.deepStrictEqual(
      periods.map(({ told }) => told),
      [true, false, false, true]
    )
    const { graceSeconds, high, loss, low } = Grace.advised(periods)!
    assert.strictEqual(loss, 0.1)
    assert.isTrue(low! <= graceSeconds! && graceSeconds! <= (high ?? Infinity))
  })

  it("is null where nothing is ever in flight", async () => {
    const empty = specOf({ traffic: [], run: { for: "10m", seeds: 1 } })
    assert.isNull(await Effect.runPromise(Grace.plan(empty, { atSeconds: [] })))
  })
})
