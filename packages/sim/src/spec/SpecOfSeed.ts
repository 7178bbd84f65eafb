import * as Random from "../workload/Random.ts"
import { streams } from "../workload/RandomStreams.ts"
import type { RehearsalSpec } from "./Spec.ts"

/** The spec of one seed: its rollouts where this seed has them, so much later than the spec says. */
export interface SpecOfSeed {
  readonly spec: RehearsalSpec
  readonly laterMs: number
}

/** How far the seeds move the rollouts: over `run.window`, as far as the last one still lies in the run. 0: not at all. */
export const spanMs = ({ rollouts, run }: RehearsalSpec): number => {
  if (run.moment === "fixed" || rollouts.length === 0) return 0
  return Math.min(run.windowMs, run.forMs - Math.max(...rollouts.map(({ atMs }) => atMs)))
}

/**
 * A trace is the same for every seed, and one moment of it is one sample: so each seed rolls out at another moment, the
 * first n seeds in an n-th of the span each (stratified sampling), further ones likewise. A single seed keeps to `at`.
 */
const laterMsOf = (spec: RehearsalSpec, seed: number): number => {
  const { seed: first, seeds } = spec.run
  if (seeds === 1 && seed === first) return 0
  const stratum = (((seed - first) % seeds) + seeds) % seeds
  const within = Random.make(seed).uniform(streams.rolloutMoment, 0, 0)
  return Math.floor((spanMs(spec) * (stratum + within)) / seeds)
}

export const specOfSeed = (spec: RehearsalSpec, seed: number): SpecOfSeed => {
  const laterMs = laterMsOf(spec, seed)
  if (laterMs === 0) return { spec, laterMs }
  const rollouts = spec.rollouts.map((rollout) => ({ ...rollout, atMs: rollout.atMs + laterMs }))
  return { spec: { ...spec, rollouts }, laterMs }
}
