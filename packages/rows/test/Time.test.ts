import { DateReader } from "@ebb/rows/Time"
import { assert, describe, it } from "vitest"

const at = Date.UTC(2023, 10, 16, 18, 17, 3)

describe("a time", () => {
  it.each([
    ["2023-11-16T18:17:03Z", 0],
    ["2023-11-16 18:17:03", 0],
    ["2023-11-16 18:17:03,25", 250],
    ["2023-11-16 18:17:03.123456789 UTC", 123.456789],
    ["2023-11-16T20:47:03.5+02:30", 500],
    ["2023-11-16T13:17:03-0500", 0]
  ])("%s", (text, afterMs) => assert.closeTo(new DateReader().read(text) - at, afterMs, 1e-3))

  it("may be a leap second", () => {
    assert.strictEqual(new DateReader().read("2016-12-31T23:59:60Z"), Date.UTC(2016, 11, 31, 23, 59, 59))
  })

  it.each([
    "",
    "soon",
    "2023-02-30 00:00:00",
    "2023-11-16 24:17:03",
    "2023-11-16 18:60:03",
    "2023-13-16T18:17:03Z",
    12,
    null
  ])("is not: %j", (value) => assert.isNaN(new DateReader().read(value)))
})
