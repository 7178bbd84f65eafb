import type { RehearsalSpec } from "@ebb/sim/spec/Spec"
import { specOf } from "../SpecOf.ts"

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const meanMs = 30_000
const peakAtMs = 14 * hourMs

/** Requests a second at the quietest and at the busiest time. */
const low = 0.05
const high = 0.4

/** An app whose runners always have a slot free, so that as many requests are in flight as theory says. */
export const app = {
  app: { name: "day", machine_type: "S", max_multiplexing: 64, termination_grace_period: "0s" },
  scaling: { min_concurrency: 2, max_concurrency: 4, keep_alive: "300s" },
  runner: { scheduling: "1s", setup: "4s" },
  run: { for: "1h", warmup: "5m", window: "10m" }
}

const exponential = { exponential: { mean: "30s" } }

/** A day whose traffic follows a sine, direct requests that a forced rollout cuts. */
export const daily = (seed: number, seeds: number): RehearsalSpec =>
  specOf({
    ...app,
    traffic: [
      {
        kind: "direct",
        arrivals: { daily: { low: `${low}/s`, high: `${high}/s`, period: "24h", peak_at: "14h" } },
        service: exponential
      }
    ],
    run: { ...app.run, seed, seeds }
  })

/** The same traffic all day. */
export const steady = (seed: number, seeds: number): RehearsalSpec =>
  specOf({
    ...app,
    traffic: [{ kind: "direct", arrivals: { poisson: "0.2/s" }, service: exponential }],
    run: { ...app.run, seed, seeds }
  })

/**
 * How many requests are in flight at an instant of the daily app, in the mean: the integral of rate(t - u) P(S > u), which
 * for a sine and exponential service is the sine a little later and a little flatter. A forced rollout loses all of them.
 */
export const inFlightAt = (atMs: number): number => {
  const [middle, swing] = [(low + high) / 2, (high - low) / 2]
  const omega = (2 * Math.PI) / dayMs
  const phase = omega * (atMs - peakAtMs)
  const lag = omega * meanMs
  const sine = (Math.cos(phase) + lag * Math.sin(phase)) / (1 + lag * lag)
  return (meanMs / 1000) * (middle + swing * sine)
}
