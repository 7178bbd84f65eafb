import * as Experiment from "@ebb/sim/experiment/Experiment"
import * as Assertion from "@ebb/sim/report/Assertion"
import type { RehearsalReport } from "@ebb/sim/report/RehearsalReport"
import * as Verdict from "@ebb/sim/report/Verdict"
import { Effect, Result } from "effect"
import { assert, describe, it } from "vitest"
import { specOf } from "./SpecOf.ts"

const spec = {
  app: { name: "a", machine_type: "GPU-H100", termination_grace_period: "2m" },
  scaling: { min_concurrency: 4, max_concurrency: 4 },
  runner: { scheduling: "1s", setup: "5s" },
  traffic: [{ kind: "direct", arrivals: { poisson: "20/m" }, service: "3s" }],
  rollouts: [{ at: "10m" }] as ReadonlyArray<object>,
  run: { for: "20m", warmup: "2m", window: "3m", seeds: 6, modes: ["graceful", "force"] }
}

const rehearsed = (more: Partial<typeof spec> & { readonly faults?: object }): Promise<RehearsalReport> =>
  Effect.runPromise(Experiment.run(specOf({ ...spec, ...more })))

const because = (report: RehearsalReport, text: string): string | null =>
  Result.getOrThrow(Assertion.check(Result.getOrThrow(Assertion.parse(text)), report)).because

const verdictOf = (report: RehearsalReport) => Verdict.of(report, { name: "a", env: "main" })

describe("what proves nothing is not shown as good", () => {
  it("a grace period that is not known of some runs", async () => {
    const report = await rehearsed({ faults: { hang: 0.002 } })
    const [{ graceNeededMs }] = report.modes as [RehearsalReport["modes"][number]]
    assert.isBelow(graceNeededMs!.n, 6)
    assert.isAbove(graceNeededMs!.n, 0)
    assert.include(because(report, "graceful.graceNeededMs < 10m"), `in ${6 - graceNeededMs!.n} of 6 runs`)
    assert.isNull(because(report, "graceful.requests.errored < 1000"))
  })

  it("work that no rollout could throw away", async () => {
    const traffic = [{ kind: "direct", arrivals: { poisson: "1/h" }, service: "3s" }]
    const report = await rehearsed({ traffic })
    assert.include(because(report, "force.lostWork.seconds < 1"), "no request was in flight")
  })

  it("a mode whose second rollout does not finish", async () => {
    const report = await rehearsed({
      rollouts: [{ at: "10m" }, { at: "1199500ms" }],
      run: { ...spec.run, modes: ["graceful"] }
    })
    const verdict = verdictOf(report)
    assert.isNull(verdict.gate)
    assert.isTrue(verdict.warnings.some((warning) => warning.includes("never ends with graceful")))
  })

  it("and what a later rollout meets is not forgotten over a first that met nothing", async () => {
    const report = await rehearsed({ rollouts: [{ at: "5m" }, { at: "10m" }] })
    const atStart = { mean: 0, low: 0, high: 0, n: 6 }
    const modes = report.modes.map((mode) => {
      const [first, second] = mode.rollouts
      return { ...mode, inFlight: { ...mode.inFlight, atStart }, rollouts: [{ ...first!, atStart }, second!] }
    })
    assert.notInclude(verdictOf({ ...report, modes }).warnings.join(" "), "No request was in flight")
  })
})
