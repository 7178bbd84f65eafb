import * as Friedman from "@ebb/plan/when/Friedman"
import { assert, it } from "vitest"

/** Hollander and Wolfe 1973, p. 140: three ways of rounding first base, 22 runners. */
const rounding = `5.40 5.50 5.55  5.85 5.70 5.75  5.20 5.60 5.50  5.55 5.50 5.40  5.90 5.85 5.70  5.45 5.55 5.60
  5.40 5.40 5.35  5.45 5.50 5.35  5.25 5.15 5.00  5.85 5.80 5.70  5.25 5.20 5.10  5.65 5.55 5.45  5.60 5.35 5.45
  5.05 5.00 4.95  5.50 5.50 5.40  5.45 5.55 5.50  5.55 5.55 5.35  5.45 5.50 5.55  5.50 5.45 5.25  5.65 5.60 5.40
  5.70 5.65 5.55  6.30 6.30 6.25`
  .split(/\s{2,}|\n/)
  .map((row) => row.split(" ").map(Number))

it("the textbook's example has the textbook's probability", () => {
  assert.strictEqual(rounding.length, 22)
  assert.approximately(Friedman.pValue(rounding), 0.003805, 5e-7)
})

it("where all are equal, and where there is only one row, nothing differs", () => {
  assert.strictEqual(Friedman.pValue([[3, 3, 3]]), 1)
  assert.isAbove(Friedman.pValue([[1, 2, 3, 4, 5]]), 0.4)
  assert.strictEqual(Friedman.pValue([[1], [2]]), 1)
})
