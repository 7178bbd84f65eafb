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
    const all = most + 100
    const times = new Uint8Array(2 * most)
    const counted = { sample: (_random: Random.Random, _stream: number, entity: number) => (times[entity]!++, entity) }
    const draws = new Draws(counted, random, stream)
    for (let entity = 0; entity < all; entity++) assert.strictEqual(draws.at(entity), entity)
    for (let entity = 0; entity < most; entity++) assert.strictEqual(draws.at(entity), entity)
    assert.isTrue(times.subarray(0, all).every((count) => count === 1))
    assert.strictEqual(draws.at(most), most)
    assert.strictEqual(times[most], 2)
  })

  it("are the same beyond the limit, whoever else draws there", () => {
    const draws = new Draws(sampler, random, stream)
    for (let entity = 0; entity < most; entity++) draws.at(entity)
    const entities = fc.array(fc.integer({ min: most, max: most + 300 }), { maxLength: 300 })
    fc.assert(
      fc.property(entities, fc.nat({ max: 200 }), (others, first) => {
        for (let entity = most + first; entity < most + 300; entity++) {
          assert.strictEqual(draws.at(entity), drawn(entity))
          const other = others[entity - most]
          if (other !== undefined) assert.strictEqual(draws.at(other), drawn(other))
        }
      }),
      { numRuns: 50 }
    )
  })
})
