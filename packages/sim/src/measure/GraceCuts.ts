import type { Request, Runner } from "@ebb/core/tables/Records"

/** How long a request in flight would still take; Infinity on a runner that hangs, null: unknown. */
type Remaining = (nowMs: number, request: Request) => number | null

/** What SIGKILL at the end of the grace period took from the runners of a rollout. */
export interface CutByGrace {
  readonly requests: number
  /** Those of them that `request_timeout` would have ended before they were answered, however long the grace period. */
  readonly timingOut: number
  /** Those of which nobody knows what they would have come to: they shared work with one that `request_timeout` would have ended. */
  readonly unknown: number
}

/** What a longer grace period would have made of a request: an answer, as far as is known, or one of these. */
type Fate = "answered" | Exclude<keyof CutByGrace, "requests">

/** What a rollout meets when it signals its runners, and what the end of the grace period takes of it. */
export class GraceCuts {
  /** How long each request would still have taken when its runner was signalled, of those that would have been answered. */
  readonly remainingMs: Array<number> = []
  /** By the request's number. */
  private readonly fates = new Map<number, Fate>()
  private readonly taken = { requests: 0, timingOut: 0, unknown: 0 }
  private readonly areSharing: boolean

  /** `areSharing`: requests on one runner slow each other down, so that all go faster once one has ended. */
  constructor(areSharing: boolean) {
    this.areSharing = areSharing
  }

  /** A runner got its signal, and has its grace period. */
  signalled(nowMs: number, { requests, revision }: Runner, remaining: Remaining): void {
    const graceMs = revision.settings.gracePeriodSeconds * 1000
    const met: Array<{ readonly number: number; readonly ms: number | null; readonly isTimingOut: boolean }> = []
    for (let request = requests.first; request !== null; request = request.nextPeer) {
      const ms = remaining(nowMs, request)
      const limitMs = request.deadlineMs - nowMs
      // Of one that hangs, that is the reason as long as the grace period ends sooner.
      const isTimingOut = ms !== null && ms > limitMs && (ms !== Infinity || limitMs <= graceMs)
      met.push({ number: request.number, ms, isTimingOut })
    }
    const isUnknown = this.areSharing && met.length > 1 && met.some(({ isTimingOut }) => isTimingOut)
    for (const { isTimingOut, ms, number } of met) {
      const fate = isUnknown ? "unknown" : isTimingOut ? "timingOut" : "answered"
      this.fates.set(number, fate)
      if (fate === "answered" && ms !== null) this.remainingMs.push(ms)
    }
  }

  /** SIGKILL comes to a runner now. */
  killed({ graceExceeded, requests }: Runner): void {
    if (!graceExceeded) return
    for (let request = requests.first; request !== null; request = request.nextPeer) {
      const fate = this.fates.get(request.number) ?? "answered"
      this.taken.requests++
      if (fate !== "answered") this.taken[fate]++
    }
  }

  get cut(): CutByGrace {
    return { ...this.taken }
  }
}
