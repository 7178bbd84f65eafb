import * as Day from "@ebb/plan/when/Day"
import { Simulation } from "@ebb/sim/experiment/Simulation"
import { Effect } from "effect"
import { assert, it } from "vitest"
import { specOf } from "../SpecOf.ts"

const minuteMs = 60_000

/** Runners that crash and requests that queue, so that much has happened before each instant. */
const busy = {
  app: { name: "busy", machine_type: "S", max_multiplexing: 2, termination_grace_period: "3s" },
  scaling: { min_concurrency: 2, max_concurrency: 6, keep_alive: "60s" },
  runner: { scheduling: "1s", setup: { uniform: { min: "5s", max: "20s" } } },
  traffic: [
    { kind: "direct", arrivals: { poisson: "20/m" }, service: { lognormal: { p50: "4s", p99: "30s" } } },
    {
      kind: "queued",
      arrivals: { poisson: "20/m" },
      service: { lognormal: { p50: "4s", p99: "30s" } },
      patience: "40s"
    }
  ],
  faults: { crash: { exponential: { mean: "5m" } }, plan: [{ at: "20m", runner: "oldest", do: "crash" }] },
  run: { for: "80m", warmup: "5m", window: "10m" }
}

/** The same rollout in a run of its own, which ends after so long. */
const errored = (mode: "none" | "force" | "graceful", atMs: number, forMs: number): number => {
  const spec = specOf({ ...busy, rollouts: [{ at: `${atMs}ms` }] })
  const simulation = new Simulation({ ...spec, run: { ...spec.run, forMs } }, mode, 7)
  simulation.advance(forMs)
  return simulation.record.meter.errored
}

it.each(["force", "graceful"] as const)(
  "a rollout tried from a copy is what it is in a run of its own: %s",
  async (mode) => {
    const atMs = [15, 30, 45, 60].map((minutes) => minutes * minuteMs)
    const { errors, inFlight, p99Ms, requests } = await Effect.runPromise(
      Day.task.run(specOf(busy), { seed: 7, mode, atMs }, () => {})
    )
    for (const [step, at] of atMs.entries()) {
      const endMs = at + 10 * minuteMs
      assert.strictEqual(errors[step], errored(mode, at, endMs) - errored("none", at, endMs))
      const spec = specOf({ ...busy, rollouts: [{ at: `${at}ms` }] })
      const alone = new Simulation(spec, mode, 7).run()
      assert.strictEqual(p99Ms[step], alone.latencyMs.during!.p99)
      assert.strictEqual(inFlight[step], alone.inFlight.atStart)
    }
    assert.isAbove(requests, 1_000)
    if (mode === "force") assert.isTrue(errors.some((count) => count > 0))
  }
)
