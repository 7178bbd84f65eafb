import type { RehearsalSpec } from "@ebb/sim/spec/Spec"
import * as Traces from "./Traces.ts"

export const stepMinutes = 15
const stepMs = stepMinutes * 60_000

/** The first full step after the warm-up: a run starts empty. */
export const firstMs = ({ warmupMs }: RehearsalSpec["run"]): number =>
  Math.max(1, Math.ceil(warmupMs / stepMs)) * stepMs

const wanted = ({ run }: RehearsalSpec, overMs: number): ReadonlyArray<number> =>
  Array.from({ length: Math.floor(overMs / stepMs) }, (_, index) => firstMs(run) + index * stepMs)

/**
 * The instants at which a rollout is tried. Beyond the end of the shortest trace nobody knows what its callers would
 * have done, so nothing is tried there.
 */
export const of = (spec: RehearsalSpec, overMs: number): ReadonlyArray<number> => {
  if (spec.traffic.length === 0) return []
  const endMs = Traces.of(spec)?.endMs ?? Infinity
  return wanted(spec, overMs).filter((atMs) => atMs < endMs)
}

/** Whether a trace ends before the time that it is looked ahead does. */
export const isCutShort = (spec: RehearsalSpec, overMs: number): boolean =>
  of(spec, overMs).length < wanted(spec, overMs).length

/** How long a run must be to have all steps of that time: the last rollout is looked at for two windows. */
export const runMsFor = ({ run }: Pick<RehearsalSpec, "run">, overMs: number): number =>
  firstMs(run) + Math.ceil(overMs / stepMs) * stepMs + 2 * run.windowMs

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
