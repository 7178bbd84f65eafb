import { variable } from "@ebb/processes/system/CurrentSystem"
import { afterAll, beforeAll, assert, describe, it } from "vitest"
import { codes, problems, told } from "./Checking.ts"

// The whole table by this way takes minutes: EBB_PROCESSES=ps, and the tests of this package.
describe("asked by ps and lsof, as on macOS", () => {
  const before = process.env[variable]
  beforeAll(() => {
    process.env[variable] = "ps"
  })
  afterAll(() => {
    if (before === undefined) delete process.env[variable]
    else process.env[variable] = before
  })

  it("a server that drains passes, and what was in flight is counted", async ({ skip }) => {
    const report = await told(skip, ["node", "node-drains.mjs"], { isParallel: false })
    assert.deepStrictEqual(problems(report), [])
    const { answered, inFlight } = report.graceful!
    assert.isAbove(inFlight, 0)
    assert.strictEqual(answered, inFlight)
  })

  it("one that the signal ends fails, with the reason", async ({ skip }) => {
    const report = await told(skip, ["node", "no-handler.mjs"], { isParallel: false }, ["ended-by-signal"])
    assert.include(codes(report), "ended-by-signal")
    assert.isAbove(report.graceful!.cut, 0)
    assert.strictEqual(report.server, "Node")
  })
})
