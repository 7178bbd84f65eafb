import type { RunnerInfo } from "@ebb/protocol/rest/Shapes"
import * as AppTable from "@ebb/cli/sandbox/AppTable"
import * as RolloutText from "@ebb/cli/sandbox/RolloutText"
import * as RunnerTables from "@ebb/cli/sandbox/RunnerTables"
import * as Table from "@ebb/cli/kit/Table"
import type * as Terminal from "@ebb/cli/kit/Terminal"
import { assert, describe, expect, it } from "@effect/vitest"
import fc from "fast-check"
import { idOf } from "./EventSamples.ts"
import { demo, idle, report } from "./golden/Samples.ts"

const terminal = (columns: number): Terminal.Terminal => ({ isTerminal: true, colour: false, unicode: true, columns })

const nowMs = Date.parse("2026-01-01T00:00:12Z")
const busy: RunnerInfo = {
  ...idle,
  runner_id: idOf(1),
  in_flight_requests: 2,
  state: "RUNNING",
  replacement: "WILL_REPLACE",
  leases: [
    {
      request_id: "b1946ac9-2ab1-4c7e-8e43-1f0c77a1d2aa",
      caller_user_id: "user-1",
      leased_at_epoch: nowMs / 1000 - 12.5
    }
  ]
}
const apps = [
  demo,
  { ...demo, alias: "an-app-with-a-long-name", max_concurrency: 1200, machine_types: ["GPU-A100", "GPU-H100"] }
]
const drained = report.runners.map((runner, at) => ({ ...runner, id: idOf(at + 1) }))

const texts: Readonly<Record<string, (to: Terminal.Terminal) => string>> = {
  apps: (to) => AppTable.render(apps, to),
  runners: (to) => RunnerTables.render([busy, { ...idle, runner_id: idOf(2) }], false, to, nowMs),
  rollout: (to) => RolloutText.render({ ...report, runners: drained }, to)
}

describe.each(Object.keys(texts))("the tables of %s", (name) => {
  it.each([80, 100])("stay tables in %i columns", async (columns) => {
    const text = texts[name]!(terminal(columns))
    for (const line of text.split("\n")) assert.isAtMost(line.length, columns)
    await expect(text).toMatchFileSnapshot(`golden/tables/${name}-${columns}.txt`)
  })
})

describe("a table that does not fit", () => {
  const number = fc.integer({ min: 0, max: 9_999_999 }).map(String)
  const words = fc.array(fc.stringMatching(/^[a-z]{1,12}$/), { maxLength: 6 }).map((all) => all.join(" "))
  const rows = fc.array(fc.tuple(number, words, fc.uuid(), number, words), { minLength: 1, maxLength: 5 })
  const columns: ReadonlyArray<Table.Column> = [
    { header: "Count" },
    { header: "What", rank: 1 },
    { header: "ID", id: true },
    { header: "Other\nCount", align: "right" },
    { header: "Why", rank: 2 }
  ]
  it("cuts no number, keeps ids apart, stays within the width and says what it left out", () => {
    fc.assert(
      fc.property(rows, fc.integer({ min: 60, max: 120 }), (given, width) => {
        const text = Table.render(columns, given, terminal(width))
        const lines = text.trimEnd().split("\n")
        for (const line of lines) assert.isAtMost(line.length, width)
        for (const [count, , id, other] of given) {
          const row = lines.find((line) => line.startsWith(`│ ${count} `) && line.includes(id.slice(0, 8)))
          assert.isDefined(row)
          assert.include(row, ` ${other} │`)
        }
        const isWhole = lines.some((line) => / Why +┃/.test(line))
        assert.strictEqual(text.includes("In a wider terminal"), !isWhole)
      }),
      { numRuns: 200 }
    )
  })
})
