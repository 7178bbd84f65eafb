import type { RehearsalSpec } from "@ebb/sim/spec/Spec"
import type { Moments } from "./PageData.ts"

/** When things happen in a run of the spec. */
export const of = ({ rollouts, run }: RehearsalSpec): Moments => {
  const { forMs } = run
  if (rollouts.length === 0) return { forMs, atMs: null, windowEndMs: null }
  const atMs = Math.min(...rollouts.map((rollout) => rollout.atMs))
  return { forMs, atMs, windowEndMs: Math.min(atMs + run.windowMs, forMs) }
}
