import * as Grid from "@ebb/sim/sweep/Grid"
import * as Rows from "@ebb/sim/sweep/Rows"
import { swept } from "@ebb/sim/sweep/Trial"
import * as Vary from "@ebb/sim/sweep/Vary"
import fc from "fast-check"
import { Result } from "effect"
import { assert, describe, it } from "vitest"

const parsed = (text: string) => Result.getOrThrow(Vary.parse(text))
const refusal = (text: string) => Result.getOrThrow(Result.flip(Vary.parse(text)))

describe("what varies", () => {
  it("is a path with values, each as it was written", () => {
    assert.deepStrictEqual(parsed("scaling.min_concurrency=2,4, 8"), {
      path: "scaling.min_concurrency",
      values: ["2", "4", "8"]
    })
    assert.deepStrictEqual(parsed("runner.service={ lognormal: { p50: 4s, p99: 30s } },5s").values, [
      "{ lognormal: { p50: 4s, p99: 30s } }",
      "5s"
    ])
    assert.deepStrictEqual(parsed('app.name="a, b",c').values, ['"a, b"', "c"])
  })

  it("must have values, and no value twice", () => {
    for (const text of ["path", "=1,2", "path=", "path=1,,2", "path=[1", "path={a: 1"]) {
      assert.match(refusal(text), /^must be PATH=VALUE,VALUE…/, text)
    }
    assert.strictEqual(refusal("path=4,2,4"), "gives 4 twice; leave one out")
  })
})

const lengths = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 4 })
const variedOf = (all: ReadonlyArray<number>): ReadonlyArray<Vary.Vary> =>
  all.map((length, at) => ({ path: `path${at}`, values: Array.from({ length }, (_, value) => `${value}`) }))

describe("a grid", () => {
  it("goes through every combination, the last value first", () => {
    const points = Grid.whole([parsed("a=1,2"), parsed("b=x,y,z")])
    assert.deepStrictEqual(
      points.map((point) => point.join("")),
      ["1x", "1y", "1z", "2x", "2y", "2z"]
    )
  })

  it("is sampled in its order, without repetition, the same for one seed", () => {
    fc.assert(
      fc.property(lengths, fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 1e6 }), (all, count, seed) => {
        const varied = variedOf(all)
        const sample = Grid.sample(varied, count, seed)
        const order = Grid.whole(varied).map((point) => point.join())
        const numbers = sample.map((point) => order.indexOf(point.join()))
        assert.deepStrictEqual(
          numbers,
          [...new Set(numbers)].sort((a, b) => a - b)
        )
        assert.isAtMost(sample.length, Math.min(count, order.length))
        assert.deepStrictEqual(Grid.sample(varied, count, seed), sample)
      })
    )
  })

  it("is sampled evenly: each value comes equally often, give or take one", () => {
    const varied = variedOf([10, 5, 12])
    const sample = Grid.sample(varied, 20, 7)
    assert.lengthOf(sample, 20)
    for (const [dimension, { values }] of varied.entries()) {
      const counts = values.map((value) => sample.filter((point) => point[dimension] === value).length)
      assert.isAtMost(Math.max(...counts) - Math.min(...counts), 1, counts.join())
    }
    assert.notDeepEqual(Grid.sample(varied, 20, 8), sample)
  })
})

describe("a row", () => {
  const varied = [parsed('app.name="a, b",c')]
  const number = fc.oneof(
    fc.constant(null),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0)
  )
  const values = fc.array(number, { minLength: swept.length, maxLength: swept.length })

  it.each(["rows.csv", "rows.jsonl"])("is read from %s as it was written", (file) => {
    const format = Rows.formatOf(file)
    fc.assert(
      fc.property(values, fc.integer({ min: 0 }), (given, seed) => {
        const row = {
          point: ['"a, b"'],
          mode: "force",
          seed,
          trial: "0-1",
          numbers: Rows.numbersOfSeed(given)
        } as const
        const line = format.line(varied, row)
        assert.deepStrictEqual(Rows.valuesOf(format.numbers(varied, row, line)!), given)
        for (const other of [{ seed: seed + 1 }, { mode: "none" as const }, { point: ["c"] }, { trial: "0-2" }]) {
          assert.isNull(format.numbers(varied, { ...row, ...other }, line))
        }
        assert.isNull(format.numbers(varied, row, line.slice(0, -1)))
      })
    )
  })
})
