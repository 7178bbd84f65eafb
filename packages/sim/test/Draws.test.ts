import { exponential } from "@ebb/sim/workload/Distribution"
import { Draws, most } from "@ebb/sim/workload/Draws"
import * as Random from "@ebb/sim/workload/Random"
import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"

const stream = 3
const random = Random.make(7)
const sampler = exponential(10)
const drawn = (entity: number): number => sampler.sample(random, stream, entity)

describe("draws that are remembered", () => {
  it("are those that would be drawn, in whatever order they are asked for", () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 5000 }), { maxLength: 300 }), fc.nat({ max: 3000 }), (entities, first) => {
        const draws = new Draws(sampler, random, stream)
        const inOrder = Array.from({ length: first }, (_, entity) => draws.at(entity))
        assert.deepStrictEqual(
          inOrder,
          inOrder.map((_, entity) => drawn(entity))
        )
        for (const entity of entities) assert.strictEqual(draws.at(entity), drawn(entity))
      })
    )
  })

  it("are drawn once each, up to a limit", () => {
    let count = 0
    const counted = { sample: () => count++ }
    const draws = new Draws(counted, random, stream)
    const all = most + 100
    for (let entity = 0; entity < all; entity++) assert.strictEqual(draws.at(entity), entity)
    for (let entity = 0; entity < most; entity++) assert.strictEqual(draws.at(entity), entity)
    assert.strictEqual(count, all)
    assert.strictEqual(draws.at(most), all)
  })
})
