import * as Feasibility from "@ebb/plan/scaling/Feasibility"
import * as Slo from "@ebb/plan/scaling/Slo"
import * as Simulation from "@ebb/sim/experiment/Simulation"
import { Result } from "effect"
import { assert, describe, it } from "vitest"
import { specOf } from "../SpecOf.ts"

const slo = (text: string): Slo.Slo => Result.getOrThrow(Slo.parse(text))

it("an SLO is written as an assertion is", () => {
  const { limit, mode, operator, path } = slo("replace.latencyMs.during.p99 < 10s")
  assert.deepStrictEqual([mode, path, operator, limit], ["replace", "latencyMs.during.p99", "<", 10_000])
  assert.strictEqual(slo("force.latencyMs.whole.mean <= 1s").path, "latencyMs.whole.mean")
  assert.strictEqual(slo("force.requests.errored.mean <= 1").path, "requests.errored")
  assert.strictEqual(slo("none.errorsByType.request_timeout == 0").path, "errorsByType.request_timeout")
})

it.each([
  ["replace.latencyMs.durin.p99 < 10s", "there is no measure latencyMs.durin.p99; did you mean latencyMs.during.p99?"],
  ["force.inFlight.errored < 1s", "force.inFlight.errored is a count; write < 1"],
  ["force.errorsByType.request_timeout < 1s", "force.errorsByType.request_timeout is a count; write < 1"],
  ["force.errorsByType.nonsense == 0", "there is no measure errorsByType.nonsense; docs/measures.md has them all"],
  [
    "force.errorsByType.runner_disconected == 0",
    "there is no measure errorsByType.runner_disconected; did you mean errorsByType.runner_disconnected?"
  ],
  ["latencyMs.during.p99 < 10s", "must begin with one of the modes none, graceful, replace, force"],
  ["replace.requests.errored != 0", "has no side on which it holds; use < <= > >= or =="],
  ["fast enough", 'must be PATH OP NUMBER, for example "replace.latencyMs.during.p99 < 10s"; OP is < <= > >= ==']
])("%s is refused in one sentence", (text, problem) => {
  const parsed = Slo.parse(text)
  assert.isTrue(Result.isFailure(parsed))
  if (Result.isFailure(parsed)) assert.strictEqual(parsed.failure.message, `--slo "${text}": ${problem}`)
})

describe("what some seeds say of an SLO", () => {
  const latency = slo("replace.latencyMs.during.p99 < 10s")
  const around = (mean: number, by: number): ReadonlyArray<number> =>
    Array.from({ length: 10 }, (_, seed) => mean + (seed % 2 === 0 ? by : -by))

  it("it holds or is broken where the whole interval lies on one side, else it is open", () => {
    assert.strictEqual(Feasibility.verdictOf(latency, around(5_000, 1_000), 0.001), "holds")
    assert.strictEqual(Feasibility.verdictOf(latency, around(15_000, 1_000), 0.001), "broken")
    assert.strictEqual(Feasibility.verdictOf(latency, around(9_000, 1_000), 0.001), "open")
  })

  it("a verdict that may hardly be mistaken wants more than one that may well be", () => {
    assert.strictEqual(Feasibility.verdictOf(latency, around(9_000, 1_000), 0.025), "holds")
    assert.strictEqual(Feasibility.verdictOf(latency, around(9_000, 1_000), 1e-6), "open")
  })

  it("one that lies within a hundredth of its limit, as exactly as that, is too close to tell", () => {
    assert.strictEqual(Feasibility.verdictOf(latency, around(10_010, 50), 0.001), "close")
  })

  it("nothing at all must be so in every run", () => {
    const none = slo("replace.requests.errored == 0")
    assert.strictEqual(Feasibility.verdictOf(none, [0, 0, 0, 0], 0.001), "unbroken")
    assert.strictEqual(Feasibility.verdictOf(none, [0, 0, 0, 1], 0.001), "broken")
  })

  it.each([
    // That it is always 0 is never proven, that it is seldom more is: by 3 / n at 95 %.
    ["replace.requests.errored == 0", 0, 10_000, "unbroken"],
    ["replace.requests.errored <= 0", 0, 10_000, "unbroken"],
    ["replace.requests.errored < 0.005", 0, 590, "unbroken"],
    ["replace.requests.errored < 0.005", 0, 600, "holds"],
    ["replace.requests.errored < 5", 0, 10, "unbroken"],
    ["replace.requests.errored < 5", 0, 30, "holds"],
    ["replace.requests.errored > 4", 5, 13, "unbroken"],
    ["replace.requests.errored > 4", 5, 30, "holds"],
    ["replace.requests.errored < 4", 5, 13, "open"],
    ["replace.requests.errored < 4", 5, 14, "broken"],
    ["replace.latencyMs.during.p99 < 10s", 4000, 10, "unbroken"],
    ["replace.latencyMs.during.p99 < 10s", 4000, 1, "unbroken"],
    ["replace.latencyMs.during.p99 < 10s", 4000, 30, "holds"],
    ["replace.latencyMs.during.p99 < 10s", 20_000, 1, "open"],
    ["replace.latencyMs.during.p99 < 10s", 20_000, 10, "broken"],
    ["replace.latencyMs.during.p99 < 10s", 10_010, 10, "open"],
    ["replace.latencyMs.during.p99 < 10s", 10_010, 30, "close"],
    ["replace.latencyMs.during.p99 <= 10s", 10_000, 30, "unbroken"]
  ] as const)("%s: always %d in %d runs is %s", (text, value, runs, verdict) => {
    assert.strictEqual(Feasibility.verdictOf(slo(text), Array(runs).fill(value), 0.05), verdict)
  })

  it.each([
    ["replace.requests.errored < 5", [0.001], 10, 0.05, "unbroken"],
    ["replace.requests.errored < 5", [1, 1, 2, 1], 10, 0.05, "unbroken"],
    // One run broke it: more of them tell.
    ["replace.requests.errored < 5", [6], 20, 0.05, "open"],
    ["replace.requests.errored < 5", [0.001], 28, 0.05, "unbroken"],
    ["replace.requests.errored < 5", [0.001], 29, 0.05, "holds"],
    ["replace.requests.errored < 5", [0.001], 29, 0.001, "unbroken"],
    ["replace.requests.errored < 5", [0.001], 66, 0.001, "holds"],
    ["replace.requests.errored < 0.005", [0.001], 300, 0.05, "unbroken"],
    // Ten others are enough for an interval.
    ["replace.requests.errored < 5", Array(9).fill(1), 30, 0.001, "unbroken"],
    ["replace.requests.errored < 5", Array(10).fill(1), 30, 0.001, "holds"],
    // Half of them: the interval of their mean is to be relied on.
    ["replace.requests.errored < 5", [1, 1, 2, 1, 1], 10, 0.05, "holds"],
    // The usual value breaks it, the mean does not.
    ["replace.requests.errored >= 1", Array(12).fill(9), 30, 0.05, "holds"]
  ] as const)("%s with zeros but for %j in %i runs, at %f: %s", (text, others, runs, wrong, verdict) => {
    const values = Array.from({ length: runs }, (_, seed): number => others[seed] ?? 0)
    assert.strictEqual(Feasibility.verdictOf(slo(text), values, wrong), verdict)
  })

  it("what holds with one other value among the same ones holds with the same ones alone", () => {
    const limits = ["< 0.05", "< 0.5", "<= 1", "< 5", "< 100"].map((limit) => slo(`force.requests.errored ${limit}`))
    for (const limit of limits) {
      for (const other of [1e-9, 0.01, 0.4, 1, 3]) {
        for (let runs = 3; runs < 120; runs += 3) {
          const same: Array<number> = Array(runs).fill(0)
          const found = Feasibility.verdictOf(limit, [...same.slice(1), other], 0.01)
          if (found === "holds") assert.strictEqual(Feasibility.verdictOf(limit, same, 0.01), "holds")
        }
      }
    }
  })

  it("a measure that no run has is broken", () => {
    assert.strictEqual(Feasibility.verdictOf(latency, [null, null], 0.001), "broken")
  })
})

it("a run whose rollout does not finish proves nothing", () => {
  const spec = specOf({
    app: { name: "a", machine_type: "GPU-H100" },
    capacity: { "GPU-H100": 1 },
    scaling: { min_concurrency: 1, max_concurrency: 1 },
    traffic: [{ kind: "direct", arrivals: { poisson: "10/m" }, service: "1s" }],
    run: { for: "10m" }
  })
  const run = Simulation.run(spec, "replace", 1)
  assert.strictEqual(Slo.flawIn(slo("replace.requests.errored < 5"), run, null), "the rollout does not finish")
})

describe("what a rollout at the end of the warm-up cuts", () => {
  const spec = specOf({
    app: { name: "a", machine_type: "GPU-H100" },
    scaling: { min_concurrency: 20, max_concurrency: 20 },
    traffic: [{ kind: "direct", arrivals: { poisson: "15/m" }, service: "30s" }],
    rollouts: [{ at: "5m" }],
    run: { for: "20m", warmup: "5m" }
  })
  const forced = Simulation.run(spec, "force", 1)
  const none = Simulation.run(spec, "none", 1)

  it.each(["requests.errored <= 0.5", "errorsByType.runner_disconnected <= 0.5"])("is not among %s", (check) => {
    assert.match(Slo.flawIn(slo(`force.${check}`), forced, none) ?? "", /^requests of the warm-up failed as well/)
    // Where as many fail without a rollout, that is not what it cut.
    assert.isNull(Slo.flawIn(slo(`force.${check}`), forced, forced))
    assert.isNull(Slo.flawIn(slo(`none.${check}`), none, none))
  })

  it("is of the kinds that the traffic has, also where the mode signals its runners later", () => {
    const replaced = Simulation.run(spec, "replace", 1)
    const { any, direct, queued } = Slo.metIn(spec, ["replace"], [replaced])
    assert.deepStrictEqual([any, direct, queued], [true, true, false])
  })
})
