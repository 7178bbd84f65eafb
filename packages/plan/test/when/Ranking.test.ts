import * as Ranking from "@ebb/plan/when/Ranking"
import { assert, it } from "vitest"

/** Seeds around a mean, the same noise for all steps but shifted, so that no two of them have the same differences. */
const around = (mean: number, step: number): ReadonlyArray<number> =>
  Array.from({ length: 12 }, (_, seed) => mean + (((seed * 7 + step * 5) % 11) - 5) / 10)

it("steps that differ by more than chance are in groups of their own, the least first", () => {
  const { groups, matters } = Ranking.of([around(8, 0), around(2, 1), around(2.1, 2), around(30, 3)])
  assert.deepStrictEqual(groups, [2, 1, 1, 3])
  assert.isTrue(matters)
})

it("steps that differ by chance alone are one group, and it does not matter when", () => {
  const { groups, matters } = Ranking.of(Array.from({ length: 96 }, (_, step) => around(5, step)))
  assert.deepStrictEqual(new Set(groups), new Set([1]))
  assert.isFalse(matters)
})

it("one seed tells nothing apart", () => {
  assert.isFalse(Ranking.of([[1], [50], [2]]).matters)
})
