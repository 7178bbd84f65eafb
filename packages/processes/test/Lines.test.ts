import { lineLengthMax, Lines } from "@ebb/processes/Lines"
import { assert, describe, it } from "@effect/vitest"

const linesOf = (pieces: ReadonlyArray<string>): ReadonlyArray<string> => {
  const out: Array<string> = []
  const lines = new Lines((line) => out.push(line))
  for (const piece of pieces) lines.push(piece)
  lines.end()
  return out
}

describe("Lines", () => {
  it("puts lines together from pieces, with either line end, and keeps empty ones", () => {
    assert.deepStrictEqual(linesOf(["a", "b\nc\r", "\n\nd"]), ["ab", "c", "", "d"])
  })

  it("gives out no line for nothing", () => {
    assert.deepStrictEqual(linesOf(["", ""]), [])
    assert.deepStrictEqual(linesOf(["a\n"]), ["a"])
  })

  it("cuts a line that is too long and goes on with the next", () => {
    const long = "x".repeat(lineLengthMax)
    assert.deepStrictEqual(linesOf([long, "yyy", "y\nnext\n"]), [long, "next"])
    assert.deepStrictEqual(linesOf([`${long}yyy\nnext`]), [long, "next"])
  })
})
