import * as Random from "@ebb/sim/workload/Random"
import { sampler } from "@ebb/sim/workload/Distribution"
import { estimate, interval, pairedDifference, ratio } from "@ebb/sim/measure/Statistics"
import { assert, describe, it } from "vitest"

/** Values 0 … n - 1: mean (n - 1) / 2, variance n (n + 1) / 12. */
const ladder = (n: number): ReadonlyArray<number> => Array.from({ length: n }, (_, index) => index)

describe("the 95 % interval of a mean", () => {
  // Student's t for 0.975, from the tables.
  it.each([
    [2, 12.7062],
    [3, 4.30265],
    [5, 2.77645],
    [10, 2.26216],
    [20, 2.09302],
    [31, 2.04227],
    [101, 1.98397],
    [1000, 1.96234]
  ])("of %d seeds is t = %d standard errors wide on either side", (n, t) => {
    const found = interval(ladder(n))!
    const error = Math.sqrt((n * (n + 1)) / 12 / n)
    assert.strictEqual(found.mean, (n - 1) / 2)
    assert.strictEqual(found.n, n)
    assert.closeTo((found.high - found.mean) / error, t, 1e-4)
    assert.closeTo((found.mean - found.low) / error, t, 1e-4)
  })

  it("holds the true mean 95 times in a hundred", () => {
    const random = Random.make(5)
    const { sample } = sampler({ gamma: { mean: "1s", cv: 0.1 } }, () => Float64Array.of())
    const tries = 4000
    let held = 0
    for (let at = 0; at < tries; at++) {
      const { high, low } = interval(ladder(5).map((seed) => sample(random, 1, at * 5 + seed)))!
      if (low <= 1000 && 1000 <= high) held++
    }
    assert.closeTo(held / tries, 0.95, 4.5 * Math.sqrt((0.95 * 0.05) / tries))
  })

  it("is nothing without a value, and the value itself with one", () => {
    assert.isNull(estimate([]))
    assert.isNull(estimate([null, undefined]))
    assert.deepStrictEqual(estimate([7]), { mean: 7, low: 7, high: 7, n: 1 })
    assert.deepStrictEqual(estimate([null, 7, undefined]), { mean: 7, low: 7, high: 7, n: 1 })
    assert.deepStrictEqual(estimate([3, 3, 3]), { mean: 3, low: 3, high: 3, n: 3 })
  })

  it("leaves out the seeds without a value", () => {
    assert.deepStrictEqual(estimate([1, null, 2, 4]), estimate([1, 2, 4]))
  })

  it("is cut at 0, for no measure is negative; a difference is not", () => {
    assert.strictEqual(estimate([0, 0, 3])!.low, 0)
    const difference = pairedDifference([0, 0, 3], [0, 0, 0])!
    assert.isBelow(difference.low, 0)
    assert.strictEqual(estimate([0, 0, 3])!.high, difference.high)
    assert.strictEqual(estimate([40, 41, 42])!.low, pairedDifference([40, 41, 42], [0, 0, 0])!.low)
  })
})

describe("a difference of two modes", () => {
  it("is that of each seed, so what the seeds have in common falls away", () => {
    const [a, b] = [
      [110, 220, 330],
      [100, 209, 321]
    ]
    assert.deepStrictEqual(pairedDifference(a, b), interval([10, 11, 9]))
    assert.isBelow(pairedDifference(a, b)!.high, 13)
    assert.isAbove(interval(a)!.high - interval(a)!.low, 500)
    assert.strictEqual(pairedDifference(b, a)!.mean, -10)
  })

  it("is of the seeds that have both values", () => {
    assert.deepStrictEqual(pairedDifference([5, null, 9, 4], [1, 2, undefined, 2]), interval([4, 2]))
    assert.isNull(pairedDifference([null], [1]))
    assert.isNull(pairedDifference([], []))
  })
})

describe("the estimate of a share from its parts", () => {
  it("is all of the parts over all of the wholes, not the mean of the seeds' own shares", () => {
    const { high, low, mean, n } = ratio([9, 0], [10, 90])!
    assert.deepStrictEqual([mean, n], [0.09, 2])
    assert.isTrue(low === 0 && high > mean)
    assert.isNull(ratio([0, 0], [0, 0]))
  })

  it("holds the true share 95 times in a hundred where the wholes vary with it", () => {
    const random = Random.make(9)
    const rounds = 2_000
    let hits = 0
    for (let round = 0; round < rounds; round++) {
      const wholes = ladder(20).map((at) => 20 + Math.floor(200 * random.uniform(round, at, 0)))
      const parts = wholes.map((whole, at) =>
        ladder(whole).reduce((sum, each) => sum + (random.uniform(round, at, 1 + each) < 0.3 ? 1 : 0), 0)
      )
      const { high, low } = ratio(parts, wholes)!
      if (low <= 0.3 && 0.3 <= high) hits++
    }
    assert.isTrue(hits / rounds > 0.935 && hits / rounds < 0.965, `${hits} of ${rounds}`)
  })
})
