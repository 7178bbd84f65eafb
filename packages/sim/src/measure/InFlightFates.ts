import type { InFlight } from "@ebb/core/domain/Measures"
import type { Request } from "@ebb/core/tables/Records"
import { Outcome, RequestKind } from "@ebb/core/tables/RequestState"

const none = { atStart: 0, drained: 0, errored: 0, retried: 0, cancelled: 0, unresolved: 0 }

/** The requests in flight at one moment, and how they ended: what a rollout would have met, where none came. */
export class InFlightFates {
  private readonly attempts = new Map<number, number>()
  /** How many of them have no outcome yet. */
  unresolved = 0
  private readonly direct = { ...none }
  private readonly queued = { ...none }

  add(request: Request): void {
    this.attempts.set(request.number, request.attempts)
    this.unresolved++
    const fates = this.fatesOf(request)
    fates.atStart++
    fates.unresolved++
  }

  settled(request: Request): void {
    const attempts = this.attempts.get(request.number)
    if (attempts === undefined) return
    this.attempts.delete(request.number)
    this.unresolved--
    const fates = this.fatesOf(request)
    fates.unresolved--
    if (request.attempts > attempts) fates.retried++
    else if (request.outcome === Outcome.completed) fates.drained++
    else if (request.outcome === Outcome.errored) fates.errored++
    else fates.cancelled++
  }

  private fatesOf(request: Request): typeof none {
    return request.kind === RequestKind.queued ? this.queued : this.direct
  }

  inFlight(): InFlight {
    const { direct, queued } = this
    return {
      atStart: direct.atStart + queued.atStart,
      drained: direct.drained + queued.drained,
      errored: direct.errored + queued.errored,
      retried: direct.retried + queued.retried,
      cancelled: direct.cancelled + queued.cancelled,
      unresolved: direct.unresolved + queued.unresolved,
      direct: { ...direct },
      queued: { ...queued }
    }
  }
}
