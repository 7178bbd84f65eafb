import { advise } from "@ebb/sim/report/Advice"
import * as Experiment from "@ebb/sim/experiment/Experiment"
import * as Simulation from "@ebb/sim/experiment/Simulation"
import type { Mode } from "@ebb/sim/spec/Spec"
import { Effect } from "effect"
import { assert, describe, it } from "vitest"
import { runsOf } from "./Runs.ts"
import { specOf } from "./SpecOf.ts"
import { witness } from "./Witness.ts"

const serviceS = 60
const ratePerHour = 1.89

const text = (grace: string, more: object = {}) => ({
  app: { machine_type: "GPU-H100", num_gpus: 2, max_multiplexing: 4, termination_grace_period: grace },
  scaling: { min_concurrency: 6, max_concurrency: 8 },
  runner: { scheduling: "1s", setup: "20s" },
  traffic: [{ kind: { mixed: { queued: 0.5 } }, arrivals: { poisson: "10/m" }, service: `${serviceS}s` }],
  rollouts: [{ at: "15m" }],
  run: { for: "30m", seeds: 3 },
  ...more
})

describe("work thrown away", () => {
  const seeds = [1, 2, 3, 4]

  it.each(seeds)("by force is what each request in flight had been worked on, seed %d", (seed) => {
    const { measures, met } = witness(specOf(text("30s")), "force", seed)
    const workedS = met.reduce((sum, { remainingMs }) => sum + serviceS - remainingMs / 1000, 0)
    assert.isAbove(met.length, 4)
    assert.approximately(measures.lostWork.seconds, workedS, 1e-6)
    // Two GPUs an hour, a quarter of a runner each.
    assert.approximately(measures.lostWork.amount!, (workedS / 3600) * ratePerHour * 2 * 0.25, 1e-9)
  })

  it.each(seeds)("by the end of a grace period is that of those which it cut, the grace included, seed %d", (seed) => {
    const { measures, met } = witness(specOf(text("30s")), "graceful", seed)
    const cut = met.filter(({ remainingMs }) => remainingMs > 30_000)
    const workedS = cut.reduce((sum, { remainingMs }) => sum + serviceS - remainingMs / 1000 + 30, 0)
    assert.isAbove(cut.length, 0)
    assert.approximately(measures.lostWork.seconds, workedS, 1e-6)
  })

  it("is nothing where all that was begun is finished, or where nothing is rolled out", () => {
    const lost = (mode: Mode) => Simulation.run(specOf(text("60s")), mode, 1).lostWork
    assert.deepStrictEqual(lost("graceful"), { seconds: 0, amount: 0 })
    assert.deepStrictEqual(lost("none"), { seconds: 0, amount: 0 })
  })

  it("counts what faults cut, too, from the moment of the rollout on", () => {
    const faults = {
      plan: [
        { at: "10m", runner: "all", do: "crash" },
        { at: "20m", runner: "oldest", do: "crash" }
      ]
    }
    const { lostWork } = Simulation.run(specOf(text("60s", { faults })), "none", 1)
    assert.isAbove(lostWork.seconds, 0)
    assert.isAtMost(lostWork.seconds, 4 * serviceS)
  })

  it("has no price where the machine has none", () => {
    const app = { ...text("30s").app, machine_type: "GPU-L40" }
    const { amount, seconds } = Simulation.run(specOf(text("30s", { app })), "force", 1).lostWork
    assert.isAbove(seconds, 0)
    assert.isNull(amount)
  })

  it("is in the report, and the advice names it for each mode beyond what is lost anyway", async () => {
    const report = await Effect.runPromise(Experiment.run(specOf(text("30s"))))
    const [none, graceful, , force] = report.modes.map(({ lostWork }) => lostWork)
    assert.strictEqual(none!.seconds!.mean, 0)
    // Those that are cut in the end were worked on for the grace period as well.
    assert.isAbove(graceful!.seconds!.mean, 0)
    assert.isAbove(force!.seconds!.mean, 0)
    assert.match(report.advice!.notes.join(" "), /Graceful throws away .* of work.*, .*force \d/)
  })

  it("is not spoken of where there is next to none", () => {
    const advice = advise(new Map([["graceful", runsOf([{}, {}])]]))
    assert.notInclude(advice!.because, "throws away")
  })
})
