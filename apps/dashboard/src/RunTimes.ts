import type { RehearsalSpec } from "@ebb/sim/spec/Spec"
import type { Moments } from "./PageData.ts"

/** When things happen in a run of the spec. */
export const of = ({ rollouts, run }: RehearsalSpec): Moments => {
  const { forMs, warmupMs } = run
  if (rollouts.length === 0) return { forMs, warmupMs, atMs: null, windowEndMs: null }
  const atMs = Math.min(...rollouts.map((rollout) => rollout.atMs))
  return { forMs, warmupMs, atMs, windowEndMs: Math.min(atMs + run.windowMs, forMs) }
}
