import * as ArrivalGaps from "@ebb/sim/dryrun/ArrivalGaps"
import { mean } from "@ebb/sim/measure/Sample"
import { assert, describe, it } from "vitest"
import { specOf } from "../SpecOf.ts"

const gapsOf = (
  arrivals: object,
  run: object = {},
  files: Readonly<Record<string, string>> = {},
  kind: unknown = "queued"
) => ArrivalGaps.of(specOf({ traffic: [{ kind, arrivals }], run: { modes: ["none"], ...run } }, files))

describe("the requests of a spec as gaps to draw from", () => {
  it("have its rate and its kinds", () => {
    const gaps = gapsOf({ poisson: "2/s" }, {}, {}, { mixed: { queued: 0.25 } })
    assert.closeTo(gaps.length, 1800, 150)
    assert.closeTo(mean(gaps.map(({ afterMs }) => afterMs)), 500, 40)
    assert.closeTo(gaps.filter(({ kind }) => kind === "queued").length / gaps.length, 0.25, 0.05)
  })

  it("begin after the warm-up and end a quarter of an hour later", () => {
    const rows = [
      "at",
      ...Array.from({ length: 3600 }, (_, second) => (second < 600 ? second : 600 + (second - 600) * 2))
    ]
    const trace = { trace: { file: "a.csv", timestamp: "at", unit: "s" } }
    const gaps = gapsOf(trace, { for: "1h", warmup: "10m" }, { "a.csv": rows.join("\n") })
    assert.deepStrictEqual(new Set(gaps.map(({ afterMs }) => afterMs)), new Set([2000]))
    assert.strictEqual(gaps.length, 449)
  })

  it("are a hundred of a slow one, which takes longer, and spread evenly of a fast one", () => {
    assert.lengthOf(gapsOf({ poisson: "60/h" }, { for: "10h" }), 100)
    const fast = gapsOf({ poisson: "50/s" })
    assert.lengthOf(fast, 4000)
    assert.closeTo(mean(fast.map(({ afterMs }) => afterMs)), 20, 1)
  })

  it("are none without traffic", () => {
    assert.deepStrictEqual(ArrivalGaps.of(specOf({ traffic: [], run: { modes: ["none"] } })), [])
  })
})
