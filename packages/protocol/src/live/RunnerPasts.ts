import type { RunnerView } from "../rest/Events.ts"
import type { RolloutSummary } from "../rest/Shapes.ts"

type State = RunnerView["state"]

/** States of runners that are on their way out. */
export const ending: ReadonlyArray<State> = ["DRAINING", "TERMINATING", "TERMINATED", "DEAD"]
/** States of runners that do not serve yet. */
export const starting: ReadonlyArray<State> = ["PENDING", "DOCKER_PULL", "SETUP"]
/** States of runners that take requests. */
export const serving: ReadonlyArray<State> = ["IDLE", "RUNNING"]

/** A runner from when it was first heard of; times are wall milliseconds since the epoch. */
export interface RunnerPast {
  readonly first: RunnerView
  /** Whether it was there before anybody looked. */
  readonly wasThere: boolean
  now: RunnerView
  /** Whether anything was heard of it after the snapshot. */
  isNews: boolean
  readyAtMs: number | null
  goneAtMs: number | null
}

const keptMs = 15 * 60_000
const pruneAt = 256

/** The runners that are and were: which ones a rollout replaces, and which ones have come since. */
export class RunnerPasts {
  private readonly all = new Map<string, RunnerPast>()
  private ended = 0

  see(view: RunnerView, wasThere: boolean): void {
    const known = this.all.get(view.id)
    const isReady = serving.includes(view.state)
    if (known === undefined) {
      const readyAtMs = isReady ? view.sinceMs : null
      this.all.set(view.id, { first: view, wasThere, now: view, isNews: !wasThere, readyAtMs, goneAtMs: null })
      return
    }
    known.now = view
    known.isNews = true
    if (isReady) known.readyAtMs ??= view.sinceMs
  }

  end(id: string, atMs: number): void {
    const known = this.all.get(id)
    if (known === undefined || known.goneAtMs !== null) return
    known.goneAtMs = atMs
    this.ended++
    if (this.ended >= pruneAt) this.prune(atMs - keptMs)
  }

  /** A snapshot is all there is: what it does not name has ended. */
  keep(present: ReadonlySet<string>, atMs: number): void {
    for (const id of this.all.keys()) if (!present.has(id)) this.end(id, atMs)
  }

  private prune(beforeMs: number): void {
    this.ended = 0
    for (const [id, { goneAtMs }] of this.all) {
      if (goneAtMs === null) continue
      if (goneAtMs < beforeMs) this.all.delete(id)
      else this.ended++
    }
  }

  /** Its set (platform rule 8.3): a runner says so itself, unless it ended before it could. */
  private isMember({ first, goneAtMs, isNews, now, wasThere }: RunnerPast, rollout: RolloutSummary): boolean {
    if (now.rollouts.includes(rollout.id)) return true
    if (rollout.escalated !== undefined || !wasThere || ending.includes(first.state)) return false
    return !isNews || goneAtMs !== null
  }

  membersOf(rollout: RolloutSummary): ReadonlyArray<RunnerPast> {
    return [...this.all.values()].filter((one) => this.isMember(one, rollout))
  }

  /** Those that came while it went on and are still there. */
  startedIn(rollout: RolloutSummary): ReadonlyArray<RunnerPast> {
    return [...this.all.values()].filter(
      (one) => !one.wasThere && one.goneAtMs === null && !this.isMember(one, rollout)
    )
  }
}
