import { wrap } from "@ebb/text/Wrap"
import { assert, describe, it } from "vitest"

describe("a text broken into lines", () => {
  it("keeps a number with its unit", () => {
    assert.deepStrictEqual(wrap("it takes 29 s more", 11), ["it takes", "29 s more"])
  })

  it("keeps the two units of a time together", () => {
    assert.deepStrictEqual(wrap("it takes 2 min 29 s, much more", 13), ["it takes", "2 min 29 s,", "much more"])
  })

  it("breaks behind a time of one unit", () => {
    assert.deepStrictEqual(wrap("it takes 2 min in all", 14), ["it takes 2 min", "in all"])
  })
})
