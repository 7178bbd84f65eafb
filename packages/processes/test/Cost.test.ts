import * as Cost from "@ebb/processes/Cost"
import * as CurrentSystem from "@ebb/processes/system/CurrentSystem"
import { assert, describe, it } from "@effect/vitest"

const stillMs = 300

describe.skipIf(CurrentSystem.current().isSlow)("what a look costs", () => {
  it("is not the time in which this process stood still", () => {
    const stand = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, stillMs)
    const [seen, costMs] = Cost.ofLook(stand)
    assert.strictEqual(seen, "timed-out")
    assert.isBelow(costMs, stillMs)
  })
})
