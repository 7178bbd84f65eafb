import * as Experiment from "@ebb/sim/experiment/Experiment"
import * as Assertion from "@ebb/sim/report/Assertion"
import type { RehearsalReport } from "@ebb/sim/report/RehearsalReport"
import * as Verdict from "@ebb/sim/report/Verdict"
import { Effect, Result } from "effect"
import { assert, describe, it } from "vitest"
import { specOf } from "../SpecOf.ts"

/** Jobs of ten minutes: what the rollout meets came before the warm-up was over. */
const jobs = {
  app: { max_multiplexing: 1, termination_grace_period: "5s" },
  scaling: { min_concurrency: 20, max_concurrency: 20 },
  runner: { scheduling: "1s", setup: "4s", teardown: "1s" },
  traffic: [{ kind: "direct", arrivals: { poisson: "1/m" }, service: "10m" }],
  rollouts: [{ at: "12m" }],
  run: { for: "30m", warmup: "12m", seeds: 5 }
}

describe("requests of the warm-up that a rollout cuts", () => {
  const report: Promise<RehearsalReport> = Effect.runPromise(Experiment.run(specOf(jobs)))

  it("fail: nothing is said to go well", async () => {
    const { headline, modes } = Verdict.of(await report, { name: "jobs", env: "main" })
    assert.notInclude(headline, "nothing")
    for (const { failed, isFailing, mode } of modes.filter((one) => one.mode !== "none")) {
      assert.isTrue(isFailing, mode)
      assert.notStrictEqual(failed, "0", mode)
    }
  })

  it("are all that the rollout met, and are counted beside those that came later", async () => {
    const force = (await report).modes.find(({ mode }) => mode === "force")!
    assert.strictEqual(force.requests.errored!.mean, 0)
    assert.strictEqual(force.requests.erroredOfWarmup!.mean, force.inFlight.errored!.mean)
    assert.isAbove(force.inFlight.errored!.mean, 5)
  })

  it("keep an assertion about the later ones from proving anything", async () => {
    const assertion = Result.getOrThrow(Assertion.parse("force.requests.errored == 0"))
    const { because, passed } = Result.getOrThrow(Assertion.check(assertion, await report))
    assert.isFalse(passed)
    assert.match(because ?? "", /^up to \d+ requests of the warm-up failed as well and are not among these/)
  })
})
