import { ways } from "@ebb/core/domain/RolloutWay"
import { lostOf, type RolloutReport } from "@ebb/core/domain/RolloutReport"
import type { RunnerView } from "../rest/Events.ts"
import type { RolloutSummary } from "../rest/Shapes.ts"

/** What became of a runner of a rollout: `unknown` until its report says so. */
export type Fate = "waiting" | "draining" | "drained" | "cut" | "unknown"

/** One runner of a rollout, from its signal to its end. Times are wall milliseconds since the epoch. */
export interface Drain {
  readonly runner: string
  startMs: number
  /** Null while it goes on. */
  endMs: number | null
  fate: Fate
}

/** The drains of rollouts: seen as they happen, and read from reports where nobody looked. */
export class Drains {
  private readonly byRollout = new Map<string, Map<string, Drain>>()
  private readonly rolloutsOf = new Map<string, ReadonlyArray<string>>()
  private readonly told = new Set<string>()
  /** Rollouts about whose runners there is something to ask. */
  readonly stale = new Set<string>()

  private drainsOf(rollout: string): Map<string, Drain> {
    const drains = this.byRollout.get(rollout) ?? new Map<string, Drain>()
    this.byRollout.set(rollout, drains)
    return drains
  }

  see({ id, rollouts, sinceMs, state }: RunnerView): void {
    if (rollouts.length === 0) return
    this.rolloutsOf.set(id, rollouts)
    const isEnding = state === "DRAINING" || state === "TERMINATING"
    for (const rollout of rollouts) {
      const drains = this.drainsOf(rollout)
      const known = drains.get(id)
      if (known === undefined) {
        drains.set(id, { runner: id, startMs: sinceMs, endMs: null, fate: isEnding ? "draining" : "waiting" })
      } else if (known.fate === "waiting" && isEnding) {
        known.startMs = sinceMs
        known.fate = "draining"
      }
    }
  }

  end(id: string, atMs: number): void {
    for (const rollout of this.rolloutsOf.get(id) ?? []) {
      const drain = this.byRollout.get(rollout)?.get(id)
      if (drain === undefined) continue
      if (drain.fate === "waiting") drain.startMs = atMs
      drain.endMs = atMs
      drain.fate = "unknown"
      this.stale.add(rollout)
    }
    this.rolloutsOf.delete(id)
  }

  /** The report knows each runner's fate; `speed`: its milliseconds for each of the wall. */
  takeReport(summary: RolloutSummary, report: RolloutReport, speed: number): void {
    const drains = this.drainsOf(summary.id)
    this.told.add(summary.id)
    const startedMs = Date.parse(summary.startedAt)
    for (const runner of report.runners) {
      const { drainMs, endedBy, id, signalAfterMs } = runner
      if (endedBy === null) continue
      const known = drains.get(id)
      // A report of an earlier version does not say when those got their signal that were replaced first.
      if (known === undefined && signalAfterMs === undefined && report.order === ways.replace.order) continue
      const startMs = known?.startMs ?? startedMs + (signalAfterMs ?? 0) / speed
      const endMs = drainMs === null ? (known?.endMs ?? startMs) : startMs + drainMs / speed
      drains.set(id, { runner: id, startMs, endMs, fate: lostOf(runner) > 0 ? "cut" : "drained" })
    }
  }

  of(rollout: string): ReadonlyArray<Drain> {
    return [...(this.byRollout.get(rollout)?.values() ?? [])]
  }

  /** Whether a report told of those that ended before anybody looked. */
  isTold(rollout: string): boolean {
    return this.told.has(rollout)
  }
}
