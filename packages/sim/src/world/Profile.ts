import type { Sampler } from "../workload/Distribution.ts"
import type { Random } from "../workload/Random.ts"
import type { RunnerModel, FaultModel } from "../spec/Spec.ts"
import { Stream } from "../workload/Stream.ts"

/**
 * How long the stages of a runner take and which faults it has, in milliseconds; each a keyed draw of the runner's number
 * (1, 2, 3 … in order of creation), so the n-th runner has the same cold start under every mode.
 */
export interface Profile {
  readonly schedulingMs: (runner: number) => number
  readonly schedulingFails: (runner: number) => boolean
  readonly cached: (runner: number) => boolean
  readonly dockerPullMs: (runner: number) => number
  readonly setupMs: (runner: number) => number
  readonly setupFails: (runner: number) => boolean
  /** Infinity when it outlasts every grace period. */
  readonly teardownMs: (runner: number) => number
  /** From IDLE on; Infinity: never. */
  readonly crashAfterMs: (runner: number) => number
  readonly hangs: (request: number, attempt: number) => boolean
  /** For requests that bring no model of their own. */
  readonly serviceMs: (request: number) => number
}

export const make = (runner: RunnerModel, faults: FaultModel, random: Random): Profile => {
  const draw = (sampler: Sampler, stream: number) => (entity: number) => sampler.sample(random, stream, entity)
  const strikes = (probability: number, stream: number) => (entity: number) =>
    probability > 0 && random.uniform(stream, entity, 0) < probability
  const teardownMs = draw(runner.teardown, Stream.teardown)
  const outlastsGrace = strikes(faults.slowTeardown, Stream.slowTeardown)
  return {
    schedulingMs: draw(runner.scheduling, Stream.scheduling),
    schedulingFails: strikes(faults.schedulingFailure, Stream.schedulingFailure),
    cached: strikes(runner.dockerPull.cached, Stream.cached),
    dockerPullMs: draw(runner.dockerPull.time, Stream.dockerPull),
    setupMs: draw(runner.setup, Stream.setup),
    setupFails: strikes(faults.setupFailure, Stream.setupFailure),
    teardownMs: (number) => (outlastsGrace(number) ? Infinity : teardownMs(number)),
    crashAfterMs: faults.crash === null ? () => Infinity : draw(faults.crash, Stream.crash),
    hangs: (request, attempt) => faults.hang > 0 && random.uniform(Stream.hang, request, attempt) < faults.hang,
    serviceMs: draw(runner.service, Stream.service)
  }
}
