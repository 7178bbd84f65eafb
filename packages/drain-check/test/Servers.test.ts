import { kinds } from "@ebb/drain-check/findings/Servers"
import { assert, describe, it } from "vitest"

/** What stands before a line of code on a terminal. */
const indent = 4

describe("the code that mends a server", () => {
  it.each(Object.values(kinds))("of $name stands whole on a line of 80 columns", ({ drain, http2, idle }) => {
    const lines = [drain, idle, http2].flatMap((each) => each?.code.split("\n") ?? [])
    assert.deepStrictEqual(
      lines.filter((line) => indent + line.length > 80),
      []
    )
  })
})
