import type { Sampler } from "../workload/Distribution.ts"
import type { Random } from "../workload/Random.ts"
import type { RunnerModel, FaultModel } from "../spec/Spec.ts"
import type { Pace } from "../spec/RunnerPace.ts"
import { streams } from "../workload/RandomStreams.ts"

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
  /** Whether a runner hangs over this attempt of a request; null: none ever does, which then is not asked for each. */
  readonly hangs: ((request: number, attempt: number, runner: number) => boolean) | null
  /** How requests on a runner slow each other down, and how long it takes to get warm; null: neither. */
  readonly pace: (runner: number) => Pace | null
  /** For requests that bring no model of their own. */
  readonly serviceMs: (request: number) => number
}

export const make = (runner: RunnerModel, faults: FaultModel, random: Random): Profile => {
  const draw = (sampler: Sampler, stream: number) => (entity: number) => sampler.sample(random, stream, entity)
  const strikes = (probability: number, stream: number) => (entity: number) =>
    probability > 0 && random.uniform(stream, entity, 0) < probability
  const teardownMs = draw(runner.teardown, streams.teardown)
  const outlastsGrace = strikes(faults.slowTeardown, streams.slowTeardown)
  return {
    schedulingMs: draw(runner.scheduling, streams.scheduling),
    schedulingFails: strikes(faults.schedulingFailure, streams.schedulingFailure),
    cached: strikes(runner.dockerPull.cached, streams.cached),
    dockerPullMs: draw(runner.dockerPull.time, streams.dockerPull),
    setupMs: draw(runner.setup, streams.setup),
    setupFails: strikes(faults.setupFailure, streams.setupFailure),
    teardownMs: (number) => (outlastsGrace(number) ? Infinity : teardownMs(number)),
    crashAfterMs: faults.crash === null ? () => Infinity : draw(faults.crash, streams.crash),
    hangs: faults.hang > 0 ? (request, attempt) => random.uniform(streams.hang, request, attempt) < faults.hang : null,
    pace: () => runner.pace,
    serviceMs: draw(runner.service, streams.service)
  }
}
