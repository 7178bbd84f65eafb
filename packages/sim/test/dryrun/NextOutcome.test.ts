import * as NextOutcome from "@ebb/sim/dryrun/NextOutcome"
import { t975 } from "@ebb/sim/dryrun/StudentT"
import * as Random from "@ebb/sim/workload/Random"
import tQuantile from "@stdlib/stats-base-dists-t-quantile/lib/main.js"
import { assert, describe, it } from "vitest"

const random = Random.make(1)
const times = 10_000

/** From uniform numbers above 0. */
const distributions = {
  uniform: (one: number) => one,
  exponential: (one: number) => -Math.log(one),
  normal: (one: number, other: number) => 30 + 5 * Math.sqrt(-2 * Math.log(one)) * Math.cos(2 * Math.PI * other)
}
const tries = 50
/** How many of fifty have what every fifth has. */
const binomial = (draw: number): number =>
  Array.from({ length: tries }, (_, one) => random.uniform(2, draw, one)).filter((uniform) => uniform < 0.2).length

/** How often one more outcome was within the interval of so many. */
const covered = (count: number, outcome: (draw: number) => number): number => {
  let within = 0
  for (let time = 0; time < times; time++) {
    const [next, ...outcomes] = Array.from({ length: count + 1 }, (_, at) => outcome(time * (count + 1) + at))
    const { high, low } = NextOutcome.of(outcomes)
    if (next! >= low && next! <= high) within++
  }
  return within / times
}

describe("one more outcome lies within the interval of those there are", () => {
  const drawn = (name: keyof typeof distributions) => (draw: number) =>
    distributions[name](1 - random.uniform(1, draw, 0), random.uniform(1, draw, 1))

  // Four standard errors of ten thousand times are 0.9 %.
  it.each([39, 100])("in 95 of 100 cases with %i of them, whatever it is distributed like", (count) => {
    for (const name of ["uniform", "exponential", "normal"] as const)
      assert.closeTo(covered(count, drawn(name)), 0.95, 0.009, name)
  })

  it.each([3, 10, 38])("in 95 of 100 cases with as few as %i where it is distributed normally", (count) => {
    assert.closeTo(covered(count, drawn("normal")), 0.95, 0.009)
  })

  it("in at least as many where it is a count", () => {
    const share = covered(39, binomial)
    assert.isAbove(share, 0.95)
    assert.isBelow(share, 0.98)
  })
})

it("the interval is a point where all outcomes are the same", () => {
  for (const count of [1, 3, 60])
    assert.deepStrictEqual(NextOutcome.of(Array.from({ length: count }, () => 7)), {
      mean: 7,
      low: 7,
      high: 7,
      n: count
    })
})

it("nothing takes less than nothing", () => {
  const { high, low } = NextOutcome.of([0, 0, 9])
  assert.deepStrictEqual([low, high > 9], [0, true])
})

it("the quantiles that it keeps are those of the library, to the last digit", () => {
  assert.deepStrictEqual(
    t975,
    Array.from({ length: 37 }, (_, at) => tQuantile(0.975, at + 1))
  )
})
