import { Bytes } from "@ebb/core/journal/Bytes"
import fc from "fast-check"
import { assert, describe, it } from "vitest"

const written = (write: (bytes: Bytes) => void): string => {
  const bytes = new Bytes(1)
  write(bytes)
  return new TextDecoder().decode(bytes.all.subarray(0, bytes.length))
}

describe("bytes", () => {
  it("have numbers in the digits that JavaScript writes", () => {
    const thousandths = fc.double({ min: 0, max: 1e13, noNaN: true }).map((value) => Math.round(value) / 1000)
    const number = fc.oneof(fc.double(), fc.nat(), fc.integer(), fc.maxSafeInteger(), thousandths)
    const check = (value: number) =>
      assert.strictEqual(
        written((bytes) => bytes.number(value)),
        `${value}`
      )
    for (const value of [0, -0, 9, 10, 0.1, 0.001, 0.01, 1.5, 99.999, 1e11, 1e11 - 0.001, 1e21, 1e-7, 0.1 + 0.2])
      check(value)
    fc.assert(fc.property(number, check), { numRuns: 20_000 })
  })

  it("have texts as the Encoding Standard writes them, whatever stands in them", () => {
    const text = fc.oneof(fc.string({ unit: "binary" }), fc.string({ unit: "grapheme" }), fc.string())
    fc.assert(
      fc.property(fc.array(text), (texts) => {
        const bytes = new Bytes(1)
        for (const each of texts) bytes.text(each)
        const expected = texts.flatMap((each) => [...new TextEncoder().encode(each)])
        assert.deepStrictEqual([...bytes.all.subarray(0, bytes.length)], expected)
      })
    )
  })
})
