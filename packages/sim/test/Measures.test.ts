import * as Experiment from "@ebb/sim/experiment/Experiment"
import { measures } from "@ebb/sim/measure/Measures"
import * as Assertion from "@ebb/sim/report/Assertion"
import * as ModeRows from "@ebb/sim/report/ModeRows"
import { RehearsalReport } from "@ebb/sim/report/RehearsalReport"
import { Effect, Result, Schema } from "effect"
import { assert, beforeAll, describe, it } from "vitest"
import { specOf } from "./SpecOf.ts"

let report: RehearsalReport

beforeAll(async () => {
  const spec = specOf({
    app: { machine_type: "GPU-H100", max_multiplexing: 2, termination_grace_period: "2s" },
    scaling: { min_concurrency: 2, max_concurrency: 4 },
    traffic: [
      { kind: { mixed: { queued: 0.5 } }, arrivals: { poisson: "1/s" }, service: { uniform: { min: "1s", max: "6s" } } }
    ],
    rollouts: [{ at: "4m" }],
    run: { for: "10m", warmup: "1m", window: "3m", seeds: 2 }
  })
  report = await Effect.runPromise(Experiment.run(spec))
})

describe("the table of measures", () => {
  it("has each path once, and each label once among those that have a line", () => {
    assert.lengthOf(new Set(measures.map(({ path }) => path)), measures.length)
    const shown = measures.filter(({ isShown }) => isShown)
    assert.lengthOf(new Set(shown.map(({ label }) => label)), shown.length)
  })

  it.each(measures.map(({ path }) => path))("%s is in the report, and an assertion can be about it", (path) => {
    for (const mode of ["none", "graceful", "replace", "force"]) {
      const asked = Result.flatMap(Assertion.parse(`${mode}.${path} >= 0`), (one) => Assertion.check(one, report))
      assert.isTrue(Result.isSuccess(asked), Result.isFailure(asked) ? asked.failure.message : "")
    }
  })

  it("is all that the schema of the report wants of a mode: what was measured is read again as it was written", () => {
    const written: unknown = JSON.parse(JSON.stringify(report))
    assert.deepStrictEqual(Schema.decodeUnknownSync(RehearsalReport)(written), written)
  })

  it("gives a line to each measure that is to be shown", () => {
    const labels = ModeRows.rows(report.modes).map(({ label }) => label.trim())
    for (const { label, path } of measures.filter(({ isShown }) => isShown)) {
      // Where nobody waited one line says so; what is paid for has the word of its own part.
      const isThere = path.startsWith("queueWaitMs") || path === "cost.amount" || labels.includes(label.trim())
      assert.isTrue(isThere, `${label} in ${labels.join(", ")}`)
    }
  })

  it("tells which differences between modes are reported", () => {
    const reported = new Set(report.differences.map(({ measure }) => measure))
    for (const { isDifference, path } of measures) {
      if (isDifference === undefined) assert.isFalse(reported.has(path), path)
      else if (path !== "capacity.recoveryMs") assert.isTrue(reported.has(path), path)
    }
  })
})
