import { assert, it } from "@effect/vitest"
import * as Format from "@ebb/text/Format"

const measured = (mean: number, around = 0) => ({ mean, low: mean - around, high: mean + around, n: 20 })

it.each([
  [0, "0 s"],
  [4.21, "4.2 ms"],
  [850, "850 ms"],
  [999.6, "1.0 s"],
  [6100, "6.1 s"],
  [58_349, "58.3 s"],
  [59_960, "1 min"],
  [125_000, "2 min 5 s"],
  [3_599_900, "1 h"],
  [3_780_000, "1 h 3 min"],
  [-1500, "-1.5 s"]
])("shows %d ms as %s", (ms, text) => assert.strictEqual(Format.duration(ms), text))

it.each([
  [measured(0), "0"],
  [measured(31.4, 1.2), "31.4 ± 1.2"],
  [measured(30, 1.2), "30.0 ± 1.2"],
  [measured(12_345, 20), "12,345 ± 20"],
  [measured(32), "32"],
  [measured(152.4, 0.3), "152 ± 0.3"],
  [measured(0.35, 0.48), "0.35 ± 0.48"],
  [{ mean: 0.05, low: 0, high: 0.15, n: 20 }, "0.050 ± 0.100"]
])("shows a count %o as %s", (value, text) => assert.strictEqual(Format.count(value), text))

it.each([
  [measured(1), "1 request"],
  [measured(2), "2 requests"],
  [measured(1, 0.5), "1.0 ± 0.5 requests"]
])("counts what %o is of: %s", (value, text) => assert.strictEqual(Format.countOf(value, "request"), text))

it.each([
  [measured(9.4), "USD", "$9.40"],
  [measured(9.4, 0.21), "USD", "$9.40 ± 0.21"],
  [measured(1234.5, 10), "EUR", "€1,235 ± 10"],
  [measured(12), "CHF", "CHF 12.00"],
  [null, "USD", "no price"]
])("shows the amount %o of %s as %s", (value, currency, text) =>
  assert.strictEqual(Format.moneyOf(value, currency), text)
)

it.each([
  [3_600_000, "1 h"],
  [1_200_000, "20 min"],
  [90_000, "1 min 30 s"],
  [100_000, "1 min 40 s"],
  [30_000, "30 s"],
  [3_725_000, "1 h 2 min 5 s"],
  [0, "0 s"],
  [1500, "1.5 s"]
])("shows the span %d ms as %s", (ms, text) => assert.strictEqual(Format.span(ms), text))

it("shortens what is many", () => {
  assert.deepStrictEqual([950, 31_400, 2_400_000, 3.1e9].map(Format.many), ["950", "31,400", "2.4 M", "3.1 G"])
})
