import type { Message, RunnerView } from "@ebb/protocol/rest/Events"
import type { RolloutSummary } from "@ebb/protocol/rest/Shapes"
import { ending, serving } from "./RunnerLine.ts"

/** A runner as the event stream told of it; times are wall milliseconds since the epoch. */
export interface Seen {
  readonly first: RunnerView
  readonly wasThere: boolean
  now: RunnerView
  /** Whether anything was heard of it after the snapshot. */
  isNews: boolean
  readyAtMs: number | null
  goneAtMs: number | null
}

/** Which runners a rollout replaces, and which ones have come since. */
export class Members {
  private readonly seen = new Map<string, Seen>()

  take(message: Message): void {
    const wasThere = message.type === "snapshot"
    for (const view of message.runners) this.see(view, wasThere)
    if (message.type === "changes") for (const id of message.gone) this.leave(id, message.atMs)
  }

  private see(view: RunnerView, wasThere: boolean): void {
    const known = this.seen.get(view.id)
    const isReady = serving.includes(view.state)
    if (known === undefined) {
      const readyAtMs = isReady ? view.sinceMs : null
      this.seen.set(view.id, { first: view, wasThere, now: view, isNews: !wasThere, readyAtMs, goneAtMs: null })
      return
    }
    known.now = view
    known.isNews = true
    if (isReady) known.readyAtMs ??= view.sinceMs
  }

  private leave(id: string, atMs: number): void {
    const known = this.seen.get(id)
    if (known !== undefined) known.goneAtMs = atMs
  }

  /** Its set (platform rule 8.3): a runner says so itself, unless it ended before it could. */
  private isMember({ first, goneAtMs, isNews, now, wasThere }: Seen, rollout: RolloutSummary): boolean {
    if (now.rollouts.includes(rollout.id)) return true
    if (rollout.escalated !== undefined || !wasThere || ending.includes(first.state)) return false
    return !isNews || goneAtMs !== null
  }

  of(rollout: RolloutSummary): ReadonlyArray<Seen> {
    return [...this.seen.values()].filter((one) => this.isMember(one, rollout))
  }

  /** Those that came while it went on and are still there. */
  startedIn(rollout: RolloutSummary): ReadonlyArray<Seen> {
    return [...this.seen.values()].filter(
      (one) => !one.wasThere && one.goneAtMs === null && !this.isMember(one, rollout)
    )
  }
}
