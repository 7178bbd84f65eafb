import { partsOf } from "@ebb/dashboard/views/UnbrokenParts"
import { assert, describe, it } from "vitest"

describe("what of a sentence is not broken between lines", () => {
  it.each([
    ["full capacity again after 1 min 6 s", ["1 min 6 s"]],
    ["every 1 h 2 min 5 s or so", ["1 h 2 min 5 s"]],
    ["it takes 2 h 5 min, p99 is 46.7 s", ["2 h 5 min", "46.7 s"]],
    ["in 95 % of 20 runs, with --details", ["95 %", "--details"]],
    ["5 minutes and 3 min in all", ["3 min"]]
  ])("%s", (text, whole) => {
    const parts = partsOf(text)
    assert.strictEqual(parts.join(""), text)
    assert.deepStrictEqual(
      parts.filter((_, at) => at % 2 === 1),
      whole
    )
  })
})
