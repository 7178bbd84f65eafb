import type { ModeReport } from "../measure/ModeReport.ts"

/** A part of a run, in milliseconds from its start. */
export interface TimelineWindow {
  readonly fromMs: number
  readonly toMs: number
}

const beforeMs = 60_000
const leastAfterMs = 300_000
const margin = 1.2

/** The part in which the rollout shows: from a minute before it to five after, or until every mode has recovered. */
export const around = (modes: ReadonlyArray<ModeReport>, atMs: number | null, forMs: number): TimelineWindow => {
  if (atMs === null) return { fromMs: 0, toMs: forMs }
  const recoveries = modes.map(({ capacity }) => (capacity.recoveryMs?.mean ?? 0) * margin)
  const fromMs = Math.max(0, atMs - beforeMs)
  const afterMs = Math.ceil(Math.max(leastAfterMs, ...recoveries) / beforeMs) * beforeMs
  return { fromMs, toMs: Math.min(forMs, atMs + afterMs) }
}

/** The first step of a timeline that touches a window, and the one after the last. */
export const stepsIn = (
  { stepMs }: ModeReport["timeline"],
  { fromMs, toMs }: TimelineWindow
): readonly [first: number, end: number] => [Math.floor(fromMs / stepMs + 1e-9), Math.ceil(toMs / stepMs - 1e-9)]
