import type { RehearsalSpec } from "@ebb/sim/spec/Spec"

export const stepMinutes = 15
const stepMs = stepMinutes * 60_000

/** When a source sends its last request; Infinity where it goes on. */
const endOf = ({ arrivals }: RehearsalSpec["traffic"][number]): number =>
  arrivals.kind === "trace" ? (arrivals.timesMs.at(-1) ?? 0) : Infinity

/**
 * The instants at which a rollout is tried, from the first full step after the warm-up on: a run starts empty. Beyond
 * the end of the last trace there is nothing to try.
 */
export const of = ({ run, traffic }: RehearsalSpec, overMs: number): ReadonlyArray<number> => {
  const first = Math.max(1, Math.ceil(run.warmupMs / stepMs))
  const endMs = Math.max(0, ...traffic.map(endOf))
  return Array.from({ length: Math.floor(overMs / stepMs) }, (_, index) => (first + index) * stepMs).filter(
    (atMs) => atMs < endMs
  )
}

/** How long a run must be to have all steps of that time: the last rollout is looked at for two windows. */
export const runMsFor = ({ run }: Pick<RehearsalSpec, "run">, overMs: number): number =>
  (Math.max(1, Math.ceil(run.warmupMs / stepMs)) + Math.ceil(overMs / stepMs)) * stepMs + 2 * run.windowMs

/** The spec of the run that all rollouts are tried from: it has none itself. */
export const baseOf = (spec: RehearsalSpec, lastMs: number): RehearsalSpec => ({
  ...spec,
  rollouts: [],
  run: { ...spec.run, forMs: lastMs + 2 * spec.run.windowMs, modes: ["none"] }
})

/** Steps that follow each other, as spans from the first to the last of them. */
export const spans = (
  atMs: ReadonlyArray<number>
): ReadonlyArray<{ readonly fromMs: number; readonly toMs: number }> => {
  const found: Array<{ fromMs: number; toMs: number }> = []
  for (const at of atMs) {
    const last = found.at(-1)
    if (last !== undefined && at - last.toMs === stepMs) last.toMs = at
    else found.push({ fromMs: at, toMs: at })
  }
  return found
}
