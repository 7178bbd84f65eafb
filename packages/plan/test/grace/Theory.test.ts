import { isServing } from "@ebb/core/tables/RunnerState"
import * as Cuts from "@ebb/plan/grace/Cuts"
import * as Curve from "@ebb/plan/grace/Curve"
import * as InFlight from "@ebb/plan/grace/InFlight"
import { estimate, halfWidth } from "@ebb/sim/measure/Statistics"
import { Simulation } from "@ebb/sim/experiment/Simulation"
import { Effect } from "effect"
import { assert, describe, it } from "vitest"
import { specOf } from "../SpecOf.ts"
import { idle, tails } from "./Residual.ts"

const seeds = Array.from({ length: 12 }, (_, index) => 100 + index)

const sample = (spec: ReturnType<typeof specOf>) =>
  Promise.all(seeds.map((seed) => Effect.runPromise(InFlight.task.run(spec, seed, () => {}))))

describe("where nobody waits, what is left of requests in flight has the equilibrium tail (Cox, Renewal Theory, 1962)", () => {
  it("as the tables have it", () => {
    const at = (name: keyof typeof tails) => [3, 5, 10, 20].map((n) => Number(tails[name].tail(n).toFixed(5)))
    assert.deepStrictEqual(at("exponential"), [0.47237, 0.2865, 0.08208, 0.00674])
    assert.deepStrictEqual(at("uniform"), [0.28125, 0.03125, 0, 0])
    assert.deepStrictEqual(at("pareto"), [0.21773, 0.10119, 0.03578, 0.01265])
    assert.deepStrictEqual(at("lognormal"), [0.55982, 0.38637, 0.17475, 0.0521])
  })

  it.each(Object.entries(tails))("%s service", async (_, { service, tail }) => {
    const runs = await sample(idle(service))
    for (const n of [0.5, 1, 2, 3, 4, 5, 7, 10, 15, 20]) {
      const { high, mean } = Curve.shareAt(runs, n)
      // One interval in twenty misses by chance. These hold together for ten points of five kinds in 95 of 100 cases.
      const wider = halfWidth(seeds, 1 - 0.05 / 100) / halfWidth(seeds)
      assert.closeTo(mean, tail(n), Math.max((high - mean) * wider, 1e-9), `at ${n} s`)
    }
  })
})

describe("the loss at a moment is that of rollouts with each grace period at that moment", () => {
  const busy = (app: object = {}, runner: object = {}) =>
    specOf({
      app: { name: "busy", machine_type: "S", max_multiplexing: 2, termination_grace_period: "10s", ...app },
      scaling: { min_concurrency: 4, max_concurrency: 4 },
      runner: { scheduling: "1s", setup: "5s", ...runner },
      traffic: [
        {
          kind: { mixed: { queued: 0.5 } },
          arrivals: { poisson: "55/m" },
          service: { lognormal: { p50: "6s", p99: "40s" } }
        }
      ],
      rollouts: [{ at: "20m" }],
      run: { for: "40m", warmup: "5m", moment: "fixed" }
    })
  const graceSeconds = [0, 1, 2, 3, 5, 8, 12, 20, 30, 60]

  it.each([
    ["where requests wait", busy()],
    ["where request_timeout ends some first", busy({ request_timeout: "12s" })],
    ["where these leave others more of their runner", busy({ request_timeout: "12s" }, { interference: 0.5 })]
  ])("%s", async (_, spec) => {
    for (const seed of seeds) {
      const cuts = await Effect.runPromise(Cuts.task.run(spec, { seed, graceSeconds }, () => {}))
      const simulation = new Simulation(spec, "graceful", seed)
      simulation.advance(simulation.rolloutAtMs)
      const left: Array<number> = []
      const { attempts } = simulation.fleet.state.apps[0]!
      for (let request = attempts.first; request !== null; request = request.next) {
        if (!isServing(request.runner!.state)) continue
        const remainingMs = simulation.world.runners.remainingMs(simulation.rolloutAtMs, request)
        left.push(Math.min(remainingMs, request.deadlineMs - simulation.rolloutAtMs))
      }
      for (const { cut, graceSeconds: grace } of cuts)
        assert.strictEqual(cut, left.filter((ms) => ms > grace * 1000).length, `${grace} s, seed ${seed}`)
    }
  })
})

it("a copy with another grace period is what a run with that period is", async () => {
  const spec = (grace: string) =>
    specOf({
      app: { name: "a", machine_type: "S", termination_grace_period: grace },
      scaling: { min_concurrency: 3, max_concurrency: 3 },
      traffic: [{ kind: "direct", arrivals: { poisson: "20/m" }, service: { exponential: { mean: "8s" } } }],
      rollouts: [{ at: "20m" }],
      run: { for: "40m", moment: "fixed" }
    })
  const [tried] = await Effect.runPromise(Cuts.task.run(spec("60s"), { seed: 3, graceSeconds: [4] }, () => {}))
  const run = new Simulation(spec("4s"), "graceful", 3).run()
  assert.deepStrictEqual([tried!.cut, tried!.errored], [run.inFlight.errored, run.inFlight.errored])
  assert.strictEqual(tried!.lostWorkSeconds, run.lostWork.seconds)
  assert.strictEqual(tried!.recoveryMs, run.capacity.recoveryMs)
  assert.isNotNull(estimate([tried!.cut]))
})
