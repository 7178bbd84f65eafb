import * as Random from "@ebb/sim/workload/Random"
import fc from "fast-check"
import { assert, describe, it } from "vitest"
import { chiSquareScore, histogram } from "./Sample.ts"

const count = 100_000
const numbers = Array.from({ length: count }, (_, index) => index)

/** Draws along one of the coordinates, and what a neighbour along it draws. */
const series: Readonly<Record<string, (at: number) => number>> = {
  seeds: (at) => Random.make(at).uniform(3, 7, 0),
  "seeds beyond 32 bits": (at) => Random.make(at * 4_294_967_296 + 1).uniform(3, 7, 0),
  streams: (at) => Random.make(1).uniform(at, 7, 0),
  entities: (at) => Random.make(1).uniform(3, at, 0),
  "entities beyond 32 bits": (at) => Random.make(1).uniform(3, at * 4_294_967_296 + 5, 0),
  indexes: (at) => Random.make(1).uniform(3, 7, at)
}

/** Each of 400 cells has its share of the pairs. */
const confirmIndependence = (a: ReadonlyArray<number>, b: ReadonlyArray<number>): void => {
  const pairs = Array.from({ length: 400 }, () => 0)
  a.forEach((value, at) => pairs[Math.floor(value * 20) * 20 + Math.floor(b[at]! * 20)]!++)
  assert.closeTo(chiSquareScore(pairs), 0, 4.5)
}

describe("keyed draws", () => {
  for (const [name, draw] of Object.entries(series)) {
    it(`are uniform along ${name}, and a neighbour says nothing about the next`, () => {
      const values = numbers.map(draw)
      for (const value of values) assert.isTrue(value > 0 && value < 1)
      assert.strictEqual(new Set(values).size, count)
      assert.closeTo(chiSquareScore(histogram(values, 1000)), 0, 4.5)
      confirmIndependence(values.slice(1), values)
      assert.closeTo(
        chiSquareScore(
          histogram(
            values.map((value) => (value * 65_536) % 1),
            256
          )
        ),
        0,
        4.5
      )
    })
  }

  it.each([
    ["seed", (at: number) => Random.make(2).uniform(3, at, 0)],
    ["stream", (at: number) => Random.make(1).uniform(4, at, 0)],
    ["index", (at: number) => Random.make(1).uniform(3, at, 1)]
  ])("of the next %s have nothing to do with these", (_, other) => {
    const these = numbers.map((at) => Random.make(1).uniform(3, at, 0))
    confirmIndependence(these, numbers.map(other))
  })

  it("are the same whatever was drawn before, and another for every other key", () => {
    const key = fc.tuple(fc.nat(50), fc.maxSafeNat(), fc.nat(500))
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.uniqueArray(key, { minLength: 2, selector: String }), (seed, keys) => {
        const [forth, back] = [Random.make(seed), Random.make(seed)]
        const first = new Map(keys.map((each) => [String(each), forth.uniform(...each)]))
        const again = keys.toReversed().map((each) => back.uniform(...each))
        assert.deepStrictEqual(again.toReversed(), [...first.values()])
        assert.strictEqual(new Set(again).size, keys.length)
      }),
      { numRuns: 200, seed: 1 }
    )
  })

  it("are these numbers, on every engine and in every version", () => {
    const { uniform } = Random.make(1)
    assert.deepStrictEqual(
      [uniform(0, 0, 0), uniform(40, 12_345, 6), uniform(1, 2 ** 40, 2)],
      [0.37144091403917867, 0.1937458694935824, 0.8297147987967778]
    )
  })
})
