import * as Experiment from "@ebb/sim/experiment/Experiment"
import * as Assertion from "@ebb/sim/report/Assertion"
import type { Checked, RehearsalReport } from "@ebb/sim/report/RehearsalReport"
import * as Trouble from "@ebb/sim/report/Trouble"
import { Effect, Result } from "effect"
import { assert, describe, it } from "vitest"
import { specOf } from "../SpecOf.ts"

const rehearsed = (spec: object): Promise<RehearsalReport> => Effect.runPromise(Experiment.run(specOf(spec)))

const checked = (report: RehearsalReport, text: string): Checked =>
  Result.getOrThrow(Result.flatMap(Assertion.parse(text), (assertion) => Assertion.check(assertion, report)))

const app = { max_multiplexing: 1, termination_grace_period: "30s" }
const runner = { scheduling: "1s", setup: "4s", teardown: "1s" }

/** In some seeds the graceful rollout is over before the forced one begins, in others that one escalates it. */
const forcedSoonAfter = {
  app,
  scaling: { min_concurrency: 2, max_concurrency: 4, keep_alive: "300s" },
  runner,
  traffic: [{ kind: "direct", arrivals: { poisson: "12/m" }, service: { exponential: { mean: "5s" } } }],
  rollouts: [{ at: "10m" }, { at: "603s", mode: "force" }, { at: "15m" }],
  run: { for: "20m", warmup: "1m", window: "4m", seeds: 20, modes: ["graceful"] }
}

describe("a forced rollout that escalates in some seeds (platform rule 8.6)", () => {
  it("keeps its place among the rollouts of the spec, without an account in those seeds", async () => {
    const [mode] = (await rehearsed(forcedSoonAfter)).modes
    assert.deepStrictEqual(
      mode!.rollouts.map(({ mode, startedAtMs }) => [mode, startedAtMs]),
      [
        ["graceful", 600_000],
        ["force", 603_000],
        ["graceful", 900_000]
      ]
    )
    const [first, forced, last] = mode!.rollouts
    assert.strictEqual(forced!.finished + forced!.escalated, 20)
    assert.isAbove(forced!.escalated, 0)
    assert.isAbove(forced!.finished, 0)
    assert.deepStrictEqual([first!.escalated, last!.escalated, last!.finished], [0, 0, 20])
  })

  it("is no rollout that never ends; what stands in its own account alone proves nothing", async () => {
    const report = await rehearsed(forcedSoonAfter)
    assert.notInclude(Trouble.warnings(report).join(" "), "never ends")
    assert.isTrue(checked(report, "graceful.requests.errored < 100").passed)
    assert.isTrue(checked(report, "graceful.rollouts.2.finished == 20").passed)
    const { because, passed } = checked(report, "graceful.rollouts.1.errored < 100")
    assert.isFalse(passed)
    assert.match(because ?? "", /^in \d+ of 20 runs it escalated the rollout under way/)
  })
})

describe("what only some runs have", () => {
  const rare = {
    app: { max_multiplexing: 1, termination_grace_period: "5s" },
    scaling: { min_concurrency: 0, max_concurrency: 3, keep_alive: "20s" },
    runner: { scheduling: "2s", setup: "8s", teardown: "1s", service: "3s" },
    traffic: [{ kind: "queued", arrivals: { poisson: "4/m" } }],
    rollouts: [{ at: "10m" }],
    run: { for: "620s", warmup: "1m", window: "5m", seeds: 20, modes: ["graceful"] }
  }

  it("proves nothing of a rollout that is named, as of the first", async () => {
    const report = await rehearsed(rare)
    for (const measure of ["capacity.recoveryMs", "rollouts.0.recoveryMs"]) {
      const { because, passed } = checked(report, `graceful.${measure} < 2m`)
      assert.isFalse(passed, measure)
      assert.match(because ?? "", /^capacity never comes back in \d+ of 20 runs, and its numbers are of the others/)
    }
  })
})

describe("replacing first, played alone", () => {
  const few = {
    app,
    scaling: { min_concurrency: 1, max_concurrency: 1, keep_alive: "1h" },
    runner: { ...runner, service: "1s" },
    traffic: [{ kind: "direct", arrivals: { poisson: "30/m" } }],
    rollouts: [{ at: "3m" }],
    run: { for: "5m", warmup: "20s", seeds: 3, modes: ["replace"] }
  }

  it("proves nothing of a kind of request that nobody submits", async () => {
    const { because, passed } = checked(await rehearsed(few), "replace.inFlight.queued.errored == 0")
    assert.isFalse(passed)
    assert.strictEqual(because, "no queued request was in flight at the rollout in any run, so this proves nothing")
  })

  it("proves nothing of a second rollout that meets no request", async () => {
    const ended = {
      ...few,
      traffic: [{ ...few.traffic[0], arrivals: { bursts: { rate: "30/m", on: "3m", off: "1h" } } }]
    }
    const report = await rehearsed({ ...ended, rollouts: [{ at: "2m" }, { at: "270s" }] })
    const { because, passed } = checked(report, "replace.rollouts.1.errored == 0")
    assert.isFalse(passed)
    assert.strictEqual(because, "no request was in flight at the rollout in any run, so this proves nothing")
  })
})
