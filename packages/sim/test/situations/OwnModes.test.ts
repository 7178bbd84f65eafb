import * as Experiment from "@ebb/sim/experiment/Experiment"
import type { RehearsalReport } from "@ebb/sim/report/RehearsalReport"
import * as Verdict from "@ebb/sim/report/Verdict"
import { Effect } from "effect"
import { assert, describe, it } from "vitest"
import { specOf } from "../SpecOf.ts"

/** Requests that any kill cuts some of, and rollouts of which the spec may fix the mode. */
const rehearsed = (rollouts: ReadonlyArray<object>, modes?: ReadonlyArray<string>): Promise<RehearsalReport> =>
  Effect.runPromise(
    Experiment.run(
      specOf({
        app: { machine_type: "GPU-H100", termination_grace_period: "5s" },
        scaling: { min_concurrency: 4, max_concurrency: 8 },
        traffic: [{ kind: "direct", arrivals: { poisson: "1/s" }, service: { exponential: { mean: "4s" } } }],
        rollouts,
        run: { for: "20m", warmup: "2m", window: "3m", seeds: 3, ...(modes === undefined ? {} : { modes }) }
      })
    )
  )

const verdictOf = (report: RehearsalReport) => Verdict.of(report, { name: "app", env: "main" })

describe("a spec that fixes the mode of its rollouts", () => {
  it("leaves nothing to compare, and no mode is advised by the numbers of another", async () => {
    const report = await rehearsed([{ at: "5m", mode: "force" }])
    assert.isNull(report.advice)
    assert.deepStrictEqual(report.ownModes, {
      rollouts: [{ atMs: 300_000, mode: "force" }],
      isAll: true,
      hasFirst: true
    })
    const { command, gate, headline, modes, reasons, warnings } = verdictOf(report)
    assert.deepStrictEqual([headline, command, gate, reasons], [null, null, null, []])
    assert.deepStrictEqual(warnings, [
      "The spec fixes the mode of its rollout (force at 5 min), whatever the mode of the run, so there is nothing to compare. To compare the modes, leave rollouts[0].mode out."
    ])
    assert.isFalse(modes.some(({ isAdvised }) => isAdvised))
    assert.strictEqual(new Set(modes.slice(1).map(({ failed }) => failed)).size, 1)
  })

  it("names each of several", async () => {
    const report = await rehearsed([
      { at: "5m", mode: "force" },
      { at: "10m", mode: "replace" }
    ])
    assert.isNull(report.advice)
    assert.match(
      verdictOf(report).warnings.join(" "),
      /^The spec fixes the mode of every rollout \(force at 5 min, replace at 10 min\), .* leave rollouts\[\]\.mode out\.$/
    )
  })

  it("says which are fixed where the others differ, and tells nothing of the first as if it were the mode's", async () => {
    const first = await rehearsed([{ at: "5m", mode: "force" }, { at: "10m" }])
    assert.isNotNull(first.advice)
    const { headline, reasons } = verdictOf(first)
    assert.strictEqual(
      reasons[1],
      "The spec fixes the mode of 1 of them (force at 5 min), whatever the mode of the run; the first is one of these."
    )
    assert.notMatch(headline!, /capacity|takes/)
    const second = verdictOf(await rehearsed([{ at: "5m" }, { at: "10m", mode: "force" }]))
    assert.strictEqual(
      second.reasons[1],
      "The spec fixes the mode of 1 of them (force at 10 min), whatever the mode of the run."
    )
    assert.match(second.headline!, /capacity/)
  })

  it("is as any other where that is the only mode of the run", async () => {
    const report = await rehearsed([{ at: "5m", mode: "force" }], ["none", "force"])
    assert.isFalse("ownModes" in report)
    assert.match(verdictOf(report).headline!, /^Use force: /)
    const other = await rehearsed([{ at: "5m", mode: "force" }], ["none", "graceful"])
    assert.isNull(verdictOf(other).headline)
    assert.isFalse("ownModes" in (await rehearsed([{ at: "5m" }])))
    assert.isFalse("ownModes" in (await rehearsed([{ at: "5m", mode: "force" }], ["none"])))
  })
})
