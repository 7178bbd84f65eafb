import type { CheckReport } from "@ebb/drain-check/CheckReport"
import * as Ports from "@ebb/processes/Ports"
import { assert, describe, it } from "@effect/vitest"
import { vi } from "vitest"
import { check, codes } from "./Checking.ts"

vi.setConfig({ testTimeout: 300_000 })

describe.concurrent("a server that is not to be reached fails with a word on why", () => {
  const down = (report: CheckReport): string => {
    assert.isNull(report.graceful)
    assert.isNull(report.force)
    assert.isFalse(report.passed)
    assert.lengthOf(report.advice, 1)
    return report.advice[0]?.text ?? ""
  }

  it("it listens on another port", async () => {
    const report = await check(["node", "other-port.mjs"], { startupMs: 12_000 })
    assert.match(down(report), /^The server listens on port \d+, not on PORT=\d+\./u)
    assert.deepStrictEqual(codes(report), ["listens-elsewhere"])
  })

  it("it takes its port as an argument", async () => {
    const port = await Ports.draw()
    const report = await check(["python3", "-m", "http.server", String(port)], { startupMs: 12_000 })
    assert.match(down(report), new RegExp(`^The server listens on port ${port}, `, "u"))
    assert.include(down(report), "ebb check -- sh -c 'exec python3 -m http.server $PORT'")
  })

  it("it listens nowhere", async () => {
    const report = await check(["sleep", "1000"], { startupMs: 300 })
    assert.match(down(report), /^Nothing listened on PORT=\d+ within 0\.3 s\./u)
    assert.deepStrictEqual(codes(report), ["does-not-listen"])
  })

  it("it ends before it listens; what it said is shown", async () => {
    const report = await check(["sh", "-c", "echo no database >&2; exit 3"])
    assert.match(down(report), /^The command ended with exit code 3 before .*\nIts last lines:\n {2}no database$/su)
  })
})
