import { advise } from "@ebb/sim/report/Advice"
import type { RolloutMode } from "@ebb/core/domain/RolloutWay"
import { modeReport, type Runs } from "@ebb/sim/measure/Aggregate"
import * as Verdict from "@ebb/sim/report/Verdict"
import { assert, it } from "vitest"
import { runsOf } from "./Runs.ts"

const verdictOf = (runs: Runs): Verdict.Verdict =>
  Verdict.of(
    {
      version: 1,
      spec: {},
      seeds: runs.length,
      moment: null,
      modes: [modeReport("graceful", runs)],
      differences: [],
      advice: advise(new Map([["graceful", runs]]))
    },
    { name: "app", env: "main" }
  )

it("the headline says in how many runs capacity never came back, as the table does", () => {
  const late = verdictOf(
    runsOf([
      { cut: 1, recoveryMs: 40_000 },
      { cut: 1, recoveryMs: null }
    ])
  )
  assert.include(late.headline ?? "", "full capacity again after 40.0 s, never in 1 of 2 runs")
  assert.strictEqual(late.modes[0]!.belowCapacity, "40.0 s, never in 1 of 2")
  const never = verdictOf(
    runsOf([
      { cut: 1, recoveryMs: 0 },
      { cut: 1, recoveryMs: null }
    ])
  )
  assert.include(never.headline ?? "", "capacity never back in 1 of 2 runs, no gap in others")
})

it("no more requests fail than were in flight, however both are rounded", () => {
  const failing = (counts: ReadonlyArray<number>): string => {
    const runs = runsOf(counts.map((count) => ({ cut: count, errored: count })))
    const errored = runs.map((run) => ({ ...run, inFlight: { ...run.inFlight, errored: run.inFlight.atStart } }))
    return verdictOf(errored).modes[0]!.failed
  }
  assert.strictEqual(failing([6, 6, 6, 6, 6, 6, 6, 6, 6, 7]), "~6.1 of 6.1")
  assert.strictEqual(failing([6, 6]), "6 of 6")
})

it("what fails is compared with what fails anyway", () => {
  const failing = (errored: number) => runsOf([{ errored }, { errored }])
  const all: ReadonlyArray<readonly [RolloutMode, Runs]> = [
    ["none", failing(100)],
    ["graceful", failing(118)],
    ["replace", failing(98)]
  ]
  const report = {
    version: 1 as const,
    spec: {},
    seeds: 2,
    moment: null,
    modes: all.map(([mode, runs]) => modeReport(mode, runs)),
    differences: [],
    advice: {
      mode: "replace" as const,
      because: "",
      notes: [],
      decidedBy: [{ mode: "graceful" as const, by: "errors" as const }]
    }
  }
  const { reasons } = Verdict.of(report, { name: "app", env: "main" })
  assert.include(reasons, "Graceful fails 18 more requests than without a rollout, replace 2 fewer.")
  assert.deepStrictEqual(
    Verdict.numbers(report).map(({ failed }) => failed),
    ["100", "18 more", "2 fewer"]
  )
})

it("a difference in cost that rounds to nothing is not told, where nothing costs anything either", () => {
  const headline = (costs: readonly [graceful: number, force: number]): string => {
    const runs = costs.map((cost) => runsOf([{ cost }, { cost }]))
    return Verdict.of(
      {
        version: 1,
        spec: {},
        seeds: 2,
        moment: null,
        modes: [modeReport("graceful", runs[0]!), modeReport("force", runs[1]!)],
        differences: [],
        advice: { mode: "force", because: "", notes: [], decidedBy: [{ mode: "graceful", by: null }] }
      },
      { name: "app", env: "main" }
    ).headline!
  }
  assert.notInclude(headline([0, 0]), "it costs")
  assert.notInclude(headline([0, 0.000_04]), "it costs")
  assert.include(headline([0, 0.000_06]), "it costs $0.0001 more than graceful")
})
