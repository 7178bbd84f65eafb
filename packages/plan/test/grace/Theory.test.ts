import * as Cuts from "@ebb/plan/grace/Cuts"
import * as Curve from "@ebb/plan/grace/Curve"
import * as InFlight from "@ebb/plan/grace/InFlight"
import { estimate, halfWidth } from "@ebb/sim/measure/Statistics"
import { Simulation } from "@ebb/sim/experiment/Simulation"
import { Effect } from "effect"
import { assert, describe, it } from "vitest"
import { specOf } from "../SpecOf.ts"

/** So many runners that nobody waits. */
const idle = (service: unknown) =>
  specOf({
    app: { name: "a", machine_type: "S", max_multiplexing: 1 },
    scaling: { min_concurrency: 60, max_concurrency: 60 },
    runner: { scheduling: "0s", setup: "1s" },
    traffic: [{ kind: "direct", arrivals: { poisson: "5/s" }, service }],
    run: { for: "90m", warmup: "30m" }
  })

const seeds = Array.from({ length: 12 }, (_, index) => 100 + index)

const sample = (spec: ReturnType<typeof specOf>) =>
  Promise.all(seeds.map((seed) => Effect.runPromise(InFlight.task.run(spec, seed, () => {}))))

/** The standard normal distribution function, by the error function of Abramowitz and Stegun 7.1.26. */
const phi = (x: number): number => {
  const t = 1 / (1 + (0.3275911 * Math.abs(x)) / Math.SQRT2)
  const series = [0.254829592, -0.284496736, 1.421413741, -1.453152027, 1.061405429]
  const tail = series.reduceRight((sum, a) => (sum + a) * t, 0) * Math.exp((-x * x) / 2)
  return x >= 0 ? 1 - tail / 2 : tail / 2
}

/** P(R > N) of the service that is left at an instant, N in seconds. */
const tails = {
  exponential: { service: { exponential: { mean: "4s" } }, tail: (n: number) => Math.exp(-n / 4) },
  constant: { service: "4s", tail: (n: number) => Math.max(0, 1 - n / 4) },
  uniform: {
    service: { uniform: { min: "2s", max: "6s" } },
    tail: (n: number) => (n < 2 ? 1 - n / 4 : n < 6 ? (6 - n) ** 2 / 32 : 0)
  },
  pareto: {
    service: { pareto: { min: "2s", shape: 2.5 } },
    tail: (n: number) => (n < 2 ? 1 - n / (10 / 3) : (1 / 2.5) * (2 / n) ** 1.5)
  },
  lognormal: {
    service: { lognormal: { p50: "4s", p99: "30s" } },
    tail: (n: number) => {
      const [mu, sigma] = [Math.log(4), Math.log(7.5) / 2.3263478740408408]
      const m = Math.exp(mu + sigma ** 2 / 2)
      return phi((mu + sigma ** 2 - Math.log(n)) / sigma) - (n / m) * phi((mu - Math.log(n)) / sigma)
    }
  }
}

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
      const { share } = Curve.pointAt(runs, n)
      const losses = runs.map((run) => run.remainingMs.filter((ms) => ms > n * 1000).length / run.remainingMs.length)
      // One interval in twenty misses by chance; ten points of five kinds must not.
      const half = halfWidth(losses, 0.9999)
      assert.closeTo(share.mean, tail(n), Math.max(half, 1e-9), `at ${n} s`)
    }
  })
})

it("where requests wait, the loss at a moment is that of rollouts with each grace period at that moment", async () => {
  const busy = specOf({
    app: { name: "busy", machine_type: "S", max_multiplexing: 2, termination_grace_period: "10s" },
    scaling: { min_concurrency: 4, max_concurrency: 4 },
    runner: { scheduling: "1s", setup: "5s" },
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
  for (const seed of seeds) {
    const cuts = await Effect.runPromise(Cuts.task.run(busy, { seed, graceSeconds }, () => {}))
    const simulation = new Simulation(busy, "graceful", seed)
    simulation.advance(simulation.rolloutAtMs)
    const left: Array<number> = []
    const { attempts } = simulation.fleet.state.apps[0]!
    for (let request = attempts.first; request !== null; request = request.next)
      left.push(simulation.world.runners.remainingMs(simulation.rolloutAtMs, request))
    for (const { errors, graceSeconds: grace, retried } of cuts)
      assert.strictEqual(errors + retried, left.filter((ms) => ms > grace * 1000).length, `${grace} s, seed ${seed}`)
  }
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
  assert.strictEqual(tried!.errors, run.inFlight.errored)
  assert.strictEqual(tried!.recoveryMs, run.capacity.recoveryMs)
  assert.isNotNull(estimate([tried!.errors]))
})
