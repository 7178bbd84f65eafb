import { Field } from "@ebb/plan/scaling/Field"
import * as Slo from "@ebb/plan/scaling/Slo"
import { Tried } from "@ebb/plan/scaling/Tried"
import { Result } from "effect"
import fc from "fast-check"
import { assert, describe, it } from "vitest"

/** What a candidate costs and how many requests it loses, by seed. */
interface Sample {
  readonly cost: (seed: number) => number
  readonly errored: (seed: number) => number
}

const always = (value: number) => () => value
/** None but in this seed. */
const onlyIn = (seed: number) => (each: number) => (each === seed ? 1 : 0)
const met = { ...Slo.metNone, any: true, direct: true, atAnyRollout: true }

/** Looks at candidates until it is settled or no more seeds may be had, as a search does. */
const searched = (samples: ReadonlyArray<Sample>, check: string, today = -1) => {
  const slos = [Result.getOrThrow(Slo.parse(`graceful.inFlight.errored ${check}`))]
  const all = samples.map((_, at) => new Tried({ minConcurrency: at }, slos))
  const field = new Field(all, { minConcurrency: today })
  for (let next = field.next; next !== null && !field.isSettled; next = field.next) {
    for (const tried of next.those) {
      const { cost, errored } = samples[all.indexOf(tried)]!
      while (tried.seeds < next.seeds) {
        const { seeds } = tried
        tried.add({ costPerHour: cost(seeds), values: [errored(seeds)], flaws: [null], requests: 9, met })
      }
    }
    field.look(next.those)
  }
  return { all, field, chosen: field.cheapest === null ? null : all.indexOf(field.cheapest) }
}

describe("a candidate that a cheaper one displaced", () => {
  it("is in question again when that one breaks, however late", () => {
    const { all, chosen, field } = searched(
      [
        { cost: always(10), errored: onlyIn(200) },
        { cost: always(20), errored: always(0) },
        { cost: always(30), errored: always(0) }
      ],
      "== 0"
    )
    assert.deepStrictEqual(
      all.map(({ isBroken }) => isBroken),
      [true, false, false]
    )
    assert.deepStrictEqual([chosen, field.isSettled], [1, false])
    assert.deepStrictEqual(
      all.map(({ seeds }) => seeds),
      [254, 331, 10]
    )
  })

  it("is so too where it costs just as much", () => {
    const { chosen } = searched(
      [
        { cost: always(10), errored: onlyIn(12) },
        { cost: always(10), errored: always(0) }
      ],
      "== 0"
    )
    assert.strictEqual(chosen, 1)
  })

  it("is so too where that one only is no longer known to keep to it", () => {
    const { all, chosen } = searched(
      [
        { cost: always(10), errored: onlyIn(12) },
        { cost: always(20), errored: always(0) }
      ],
      "< 0.003"
    )
    assert.deepStrictEqual(
      all.map(({ isBroken, keeps }) => [isBroken, keeps]),
      [
        [false, false],
        [false, true]
      ]
    )
    assert.strictEqual(chosen, 1)
  })
})

it("nothing is settled by runs that are all the same, unless what they leave open is little enough", () => {
  const one = (check: string) => searched([{ cost: always(10), errored: always(0) }], check)
  assert.deepStrictEqual([one("== 0").field.isSettled, one("== 0").all[0]!.seeds], [false, 331])
  assert.deepStrictEqual([one("< 0.005").field.isSettled, one("< 0.005").all[0]!.seeds], [false, 331])
  assert.deepStrictEqual([one("< 0.5").field.isSettled, one("< 0.5").all[0]!.seeds], [true, 67])
})

it("none holds only where each was found to break", () => {
  const broken = { cost: always(10), errored: always(2) }
  const close = { cost: always(10), errored: (seed: number) => (seed % 2 === 0 ? 0.999 : 1.001) }
  assert.isTrue(searched([broken, broken], "< 1").field.isSettled)
  const { all, chosen, field } = searched([broken, close], "< 1")
  assert.deepStrictEqual(
    all.map(({ fails, isBroken }) => [fails, isBroken]),
    [
      [true, true],
      [true, false]
    ]
  )
  assert.deepStrictEqual([chosen, field.isSettled], [null, false])
})

it("where nothing is known to hold, the means so far choose", () => {
  const noisy = (mean: number) => (seed: number) => (seed % 2 === 0 ? 0 : 2 * mean)
  const { all, chosen, field } = searched(
    [
      { cost: always(10), errored: noisy(1.02) },
      { cost: always(20), errored: noisy(0.97) },
      { cost: always(30), errored: noisy(0.96) }
    ],
    "< 1"
  )
  assert.deepStrictEqual(
    all.map(({ fails, keeps }) => fails || keeps),
    [false, false, false]
  )
  assert.deepStrictEqual([chosen, field.isSettled], [1, false])
})

it("today's settings stay where others cost just as much and none is broken", () => {
  const same = { cost: always(10), errored: always(0) }
  assert.strictEqual(searched([same, same, same], "== 0").chosen, 0)
  assert.strictEqual(searched([same, same, same], "== 0", 2).chosen, 2)
})

const sample = fc
  .record({
    cost: fc.integer({ min: 1, max: 20 }),
    spread: fc.integer({ min: 0, max: 3 }),
    every: fc.integer({ min: 1, max: 400 })
  })
  .map(({ cost, every, spread }): Sample => ({
    cost: (seed) => cost + spread * ((seed * 7) % 5),
    errored: (seed) => (seed % every === every - 1 ? 1 : 0)
  }))

it("nobody is given up who was not found to break, or to be too close to tell", () => {
  fc.assert(
    fc.property(
      fc.array(sample, { minLength: 1, maxLength: 6 }),
      fc.constantFrom("== 0", "< 0.005", "< 0.1", "< 1"),
      (samples, check) => {
        const { all, chosen, field } = searched(samples, check)
        const left = all.filter(({ fails }) => !fails)
        assert.strictEqual(field.inQuestion.length > 0, left.length > 0)
        assert.strictEqual(
          field.inQuestion.some(({ keeps }) => keeps),
          left.some(({ keeps }) => keeps)
        )
        if (field.isSettled) assert.isTrue(chosen === null ? all.every(({ isBroken }) => isBroken) : all[chosen]!.holds)
        assert.isTrue(all.every(({ seeds }) => seeds <= 331))
      }
    ),
    { numRuns: 60 }
  )
})
