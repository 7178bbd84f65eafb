import * as Experiment from "@ebb/sim/experiment/Experiment"
import * as Assertion from "@ebb/sim/report/Assertion"
import * as ModeRows from "@ebb/sim/report/ModeRows"
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

  const checked = async (text: string) => {
    const assertion = Result.getOrThrow(Assertion.parse(text))
    return Result.getOrThrow(Assertion.check(assertion, await report))
  }

  it("keep an assertion about the later ones from proving anything, and no other", async () => {
    for (const path of ["requests.errored", "requests.errored.high", "errorsByType.runner_disconnected"]) {
      const { because, passed } = await checked(`force.${path} == 0`)
      assert.isFalse(passed, path)
      assert.match(because ?? "", /^up to \d+ requests of the warm-up failed as well and are not among these/)
    }
    for (const path of ["requests.erroredOfWarmup", "lostWork.seconds", "inFlight.errored"])
      assert.isTrue((await checked(`force.${path} > 5`)).passed, path)
  })

  it("have a line of their own below the others' errors", async () => {
    const labels = ModeRows.rows((await report).modes).map(({ label }) => label)
    const at = labels.indexOf("errors of warm-up requests")
    assert.isAbove(at, labels.indexOf("errors in all"))
    assert.isFalse(labels[at + 1]!.startsWith(" "))
  })
})
