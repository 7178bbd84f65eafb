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

/** What a rollout meets when it signals its runners, and what the end of the grace period takes of it. */
export class GraceCuts {
  /** How long each request would still have taken when its runner was signalled, but for those that `request_timeout` ends. */
  readonly remainingMs: Array<number> = []
  /** The numbers of those that it ends. */
  private readonly timingOut = new Set<number>()
  private readonly unknown = new Set<number>()
  private requests = 0
  private requestsTimingOut = 0
  private requestsUnknown = 0
  private readonly areSharing: boolean

  /** `areSharing`: requests on one runner slow each other down, so that all go faster once one has ended. */
  constructor(areSharing: boolean) {
    this.areSharing = areSharing
  }

  /** A runner got its signal, and has its grace period. */
  signalled(nowMs: number, { inFlight, requests, revision }: Runner, remaining: Remaining): void {
    const graceMs = revision.settings.gracePeriodSeconds * 1000
    const known: Array<number> = []
    const numbers: Array<number> = []
    let isAnyTimingOut = false
    for (let request = requests.first; request !== null; request = request.nextPeer) {
      const ms = remaining(nowMs, request)
      const limitMs = request.deadlineMs - nowMs
      // Of one that hangs, that is the reason as long as the grace period ends sooner.
      const endsByLimit = ms !== null && ms > limitMs && (ms !== Infinity || limitMs <= graceMs)
      isAnyTimingOut ||= endsByLimit
      this.tell(request.number, endsByLimit)
      numbers.push(request.number)
      if (ms !== null && !endsByLimit) known.push(ms)
    }
    if (this.areSharing && isAnyTimingOut && inFlight > 1) for (const number of numbers) this.unknown.add(number)
    else this.remainingMs.push(...known)
  }

  private tell(number: number, endsByLimit: boolean): void {
    this.unknown.delete(number)
    if (endsByLimit) this.timingOut.add(number)
    else this.timingOut.delete(number)
  }

  /** SIGKILL comes to a runner now. */
  killed({ graceExceeded, requests }: Runner): void {
    if (!graceExceeded) return
    for (let request = requests.first; request !== null; request = request.nextPeer) {
      this.requests++
      if (this.unknown.has(request.number)) this.requestsUnknown++
      else if (this.timingOut.has(request.number)) this.requestsTimingOut++
    }
  }

  get cut(): CutByGrace {
    return { requests: this.requests, timingOut: this.requestsTimingOut, unknown: this.requestsUnknown }
  }
}
