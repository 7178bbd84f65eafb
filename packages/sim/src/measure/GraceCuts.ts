import type { Request, Runner } from "@ebb/core/tables/Records"

/** How long a request in flight would still take; Infinity on a runner that hangs, null: unknown. */
type Remaining = (nowMs: number, request: Request) => number | null

/** What SIGKILL at the end of the grace period took from the runners of a rollout. */
export interface CutByGrace {
  readonly requests: number
  /** Those of them that `request_timeout` would have ended before they were answered, however long the grace period. */
  readonly timingOut: number
}

/** What a rollout meets when it signals its runners, and what the end of the grace period takes of it. */
export class GraceCuts {
  /** How long each request would still have taken when its runner was signalled, of those that would have been answered. */
  readonly remainingMs: Array<number> = []
  /** The numbers of the others. */
  private readonly timingOut = new Set<number>()
  private readonly taken = { requests: 0, timingOut: 0 }

  /** A runner got its signal, and has its grace period. */
  signalled(nowMs: number, { requests, revision }: Runner, remaining: Remaining): void {
    const graceMs = revision.settings.gracePeriodSeconds * 1000
    for (let request = requests.first; request !== null; request = request.nextPeer) {
      const ms = remaining(nowMs, request)
      const limitMs = request.deadlineMs - nowMs
      // Of one that hangs, that is the reason as long as the grace period ends sooner.
      const isTimingOut = ms !== null && ms > limitMs && (ms !== Infinity || limitMs <= graceMs)
      if (isTimingOut) this.timingOut.add(request.number)
      else this.timingOut.delete(request.number)
      if (ms !== null && !isTimingOut) this.remainingMs.push(ms)
    }
  }

  /** SIGKILL comes to a runner now. */
  killed({ graceExceeded, requests }: Runner): void {
    if (!graceExceeded) return
    for (let request = requests.first; request !== null; request = request.nextPeer) {
      this.taken.requests++
      if (this.timingOut.has(request.number)) this.taken.timingOut++
    }
  }

  get cut(): CutByGrace {
    return { ...this.taken }
  }
}
