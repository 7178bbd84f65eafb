import type { RolloutReport } from "@ebb/core/domain/RolloutReport"

/** A part of a run, in milliseconds from its start. */
export interface FilmWindow {
  readonly fromMs: number
  readonly toMs: number
}

const shortestMs = 20_000
const longestMs = 20 * 60_000
/** As much of what there is to see is shown before and after it. */
const margin = 0.2

/** How long after its start a rollout has no more to show: everything ended and, where it did, recovered. */
const lastsMs = ({ capacity, finishedAtMs, startedAtMs }: RolloutReport): number =>
  Math.max((finishedAtMs ?? startedAtMs) - startedAtMs, capacity.recoveryMs ?? 0)

/** The part of a run in which its first rollout is seen, under every mode; null without one. */
export const of = (rollouts: ReadonlyArray<RolloutReport>, forMs: number): FilmWindow | null => {
  const [first] = rollouts
  if (first === undefined) return null
  const atMs = Math.min(...rollouts.map(({ startedAtMs }) => startedAtMs))
  const seenMs = Math.min(longestMs, Math.max(shortestMs, ...rollouts.map(lastsMs)))
  const aroundMs = Math.round(seenMs * margin)
  return {
    fromMs: Math.max(0, Math.round(atMs) - aroundMs),
    toMs: Math.min(forMs, Math.round(atMs) + seenMs + aroundMs)
  }
}
