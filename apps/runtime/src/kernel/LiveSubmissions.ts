import type { History, Submission } from "@ebb/core/fleet/Intake"
import { type Request, RequestStage } from "@ebb/core/tables/Request"
import type { LiveRequest } from "./LiveRequest.ts"
import type { Measurable, Submissions, World } from "./World.ts"

/** Hands requests to the Fleet. */
export class LiveSubmissions implements Submissions {
  private readonly world: World
  private readonly measurable: Measurable

  constructor(world: World, measurable: Measurable) {
    this.world = world
    this.measurable = measurable
  }

  submit(request: LiveRequest, submission: Submission): boolean {
    const { fleet, pacer } = this.world
    return pacer.inputWithDue((nowMs) => {
      const accepted = fleet.submit(nowMs, request.app.slot, submission, request)
      if (accepted === null) return false
      this.keep(accepted)
      this.measurable.measured?.submitted(nowMs)
      return true
    })
  }

  resume(request: LiveRequest, submission: Submission, history: History): void {
    this.world.input((fleet, nowMs) => {
      const accepted = fleet.resume(nowMs, request.app.slot, submission, history, request)
      if (accepted !== null) this.keep(accepted)
    })
  }

  /** One that has its outcome at once is open no more. */
  private keep(accepted: Request): void {
    if (accepted.stage !== RequestStage.free) this.world.requests.of(accepted)
  }
}
