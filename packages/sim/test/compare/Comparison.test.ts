import * as Comparison from "@ebb/sim/compare/Comparison"
import * as ComparedMeasures from "@ebb/sim/compare/ComparedMeasures"
import * as ComparisonRows from "@ebb/sim/compare/ComparisonRows"
import * as ComparisonVerdict from "@ebb/sim/compare/ComparisonVerdict"
import * as DifferenceWords from "@ebb/sim/compare/DifferenceWords"
import type { RunsByMode } from "@ebb/sim/measure/Aggregate"
import * as Simulation from "@ebb/sim/experiment/Simulation"
import * as Presets from "@ebb/sim/spec/Presets"
import * as Spec from "@ebb/sim/spec/Spec"
import { Result } from "effect"
import { assert, describe, it } from "vitest"

const parse = (text: string, ...set: ReadonlyArray<string>): Spec.RehearsalSpec =>
  Result.getOrThrow(Spec.parse(text, { file: "spec", set, readFile: () => "" }))

const runs = ({ run, ...spec }: Spec.RehearsalSpec): RunsByMode =>
  new Map(
    run.modes.map((mode) => [
      mode,
      Array.from({ length: run.seeds }, (_, n) => Simulation.run({ ...spec, run }, mode, run.seed + n))
    ])
  )

const media = (...set: ReadonlyArray<string>) => parse(Presets.presets.media, ...set)

const found = (comparison: Comparison.Comparison): ReadonlyArray<string> =>
  comparison.modes.flatMap(({ measures, mode }) =>
    measures.filter(({ verdict }) => verdict === "difference").map(({ measure }) => `${mode} ${measure}`)
  )

const measureOf = (comparison: Comparison.Comparison, mode: string, path: string): Comparison.MeasureComparison =>
  comparison.modes.find((one) => one.mode === mode)!.measures.find(({ measure }) => measure === path)!

describe("two specs held against each other", () => {
  const short = runs(media())
  const long = runs(media("app.termination_grace_period=60s"))

  it("do not differ where they are the same", () => {
    const same = Comparison.compare(short, runs(media()), "other.yaml")
    const verdicts = same.modes.flatMap(({ measures }) => measures.map(({ verdict }) => verdict))
    assert.deepStrictEqual([...new Set(verdicts)], ["no difference"])
    assert.deepStrictEqual(ComparisonVerdict.of(same), {
      direction: "no different",
      text: "No different from other.yaml: every run comes out the same."
    })
    for (const { difference, rows } of ComparisonRows.short(same))
      assert.deepStrictEqual([difference, rows], ["identical", []])
  })

  it("show what a grace period of 5 s costs against one of 60 s, in the modes that have one", () => {
    const comparison = Comparison.compare(short, long, "long.yaml")
    for (const path of ["inFlight.retried", "inFlight.errored", "requests.errored"]) {
      const { difference, verdict } = measureOf(comparison, "graceful", path)
      assert.strictEqual(verdict, "difference", path)
      assert.isAbove(difference!.low, 0, path)
    }
    const untouched = found(comparison).filter((one) => /^(none|force) |requests\.accepted|inFlight\.atStart/.test(one))
    assert.deepStrictEqual(untouched, [])
    assert.match(
      ComparisonVerdict.of(comparison).text,
      /^Worse than long\.yaml: with graceful, \S+ ± \S+ more errors(, | and )\S+ /
    )
  })

  it("are neither better nor worse where no rollout met a request", () => {
    const { direction, text } = ComparisonVerdict.of(Comparison.compare(short, long, "long.yaml"), true)
    assert.strictEqual(direction, "unclear")
    assert.match(text, /^Different from long\.yaml: with graceful, /)
    assert.notMatch(text, /better|worse/i)
  })

  it("invent nothing: what they show comes again with other seeds", () => {
    const set = ["run.seed=1001", "run.seeds=60", "run.modes=[graceful, replace]"]
    const again = Comparison.compare(
      runs(media(...set)),
      runs(media("app.termination_grace_period=60s", ...set)),
      "long.yaml"
    )
    const first = Comparison.compare(short, long, "long.yaml")
    for (const one of found(first)) {
      const [mode = "", path = ""] = one.split(" ")
      const signs = [first, again].map((each) => Math.sign(measureOf(each, mode, path).difference!.mean))
      assert.strictEqual(signs[0], signs[1], one)
    }
  })

  it("are not called different by fewer than six pairs of runs, however far apart they are", () => {
    const few = (spec: RunsByMode): RunsByMode => new Map([...spec].map(([mode, all]) => [mode, all.slice(0, 5)]))
    const comparison = Comparison.compare(few(short), few(long), "long.yaml")
    assert.deepStrictEqual(found(comparison), [])
    assert.strictEqual(
      ComparisonVerdict.of(comparison).text,
      "Too few seeds to compare with long.yaml: there are 5, and it takes at least 6."
    )
    const { rows } = ComparisonRows.short(comparison).find(({ mode }) => mode === "graceful")!
    assert.strictEqual(rows[0]!.difference, "too few runs")
  })
})

describe("a difference in words", () => {
  const said = (measure: string, mean: number, unit: "count" | "ms" | "s" | "money" = "count", half = 0) => {
    const difference = { mean, low: mean - half, high: mean + half, n: 8 }
    const rest = {
      better: "less",
      headline: true,
      here: null,
      there: null,
      detectable: null,
      verdict: "difference"
    } as const
    return DifferenceWords.of({ measure, label: measure, unit, difference, ...rest }, difference, "USD")
  }

  it.each([
    [said("requests.errored", 1), "1 more error"],
    [said("requests.errored", -2), "2 fewer errors"],
    [said("requests.completed", -1), "1 fewer request completed"],
    [said("inFlight.retried", 2.5, "count", 1.7), "2.5 ± 1.7 more requests in flight retried"],
    [said("inFlight.direct.errored", 1), "1 more direct request in flight errored"],
    [said("inFlight.atStart", -3), "3 fewer requests in flight at the rollout"],
    [said("latencyMs.during.p99", 3200, "ms", 1000), "p99 latency during the rollout 3.2 s ± 1.0 s longer"],
    [said("queueWaitMs.before.p50", -20, "ms"), "p50 queue wait before the rollout 20 ms shorter"],
    [said("capacity.slotsReadyLowest", -1), "1 fewer slot ready at the lowest point"],
    [said("capacity.recoveryMs", 10_000, "ms"), "recovery 10.0 s longer"],
    [said("capacity.neverRecovered", 0.25), "25 % more of the runs never recovered"],
    [said("cost.amount", -0.21, "money", 0.11), "cost $0.21 ± 0.11 lower"],
    [said("lostWork.seconds", 120, "s"), "2 min more work thrown away"],
    [said("errorsByType.request_timeout", 1), "1 more error of type request_timeout"]
  ])("is said as %s", (text, words) => assert.strictEqual(text, words))

  it("has words of its own for every measure that is compared", () => {
    for (const { path } of ComparedMeasures.of([])) assert.notMatch(said(path, 2), /\.|undefined/, path)
  })
})

const queue = `app: { name: q, machine_type: GPU-H100 }
scaling: { min_concurrency: 3, max_concurrency: 6 }
runner: { setup: { exponential: { mean: 20s } } }
traffic:
  - { kind: { mixed: { queued: 0.5 } }, arrivals: { poisson: 1/s }, service: { exponential: { mean: 2s } } }
rollouts: [ { at: 90s } ]
run: { for: 4m, warmup: 60s, window: 60s, seeds: 8, modes: [graceful] }
`

it("200 pairs of one spec with other seeds look different in at most 5 % of their measures, times 1.5", () => {
  let [different, measures] = [0, 0]
  for (let pair = 0; pair < 200; pair++) {
    const of = (seed: number) => runs(parse(queue, `run.seed=${seed}`))
    const comparison = Comparison.compare(of(pair * 16), of(pair * 16 + 8), "itself")
    different += found(comparison).length
    measures += comparison.modes.reduce((sum, mode) => sum + mode.measures.length, 0)
  }
  assert.isAbove(measures, 200 * 25)
  assert.isAtMost(different / measures, 0.05 * 1.5)
  // A comparison that never finds anything would pass the line above.
  assert.isAbove(different / measures, 0.005)
})
