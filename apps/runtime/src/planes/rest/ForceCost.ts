import * as Retry from "@ebb/core/fleet/Retry"
import * as Rollout from "@ebb/core/fleet/Rollout"
import type { AppState } from "@ebb/core/tables/Records"
import { CancelAsked } from "@ebb/core/tables/RequestState"
import type { ForceCost } from "@ebb/protocol/rest/Events"

/** What a rollout of the app by force would do now; `nowMs` is Fleet time. */
export const of = (app: AppState, nowMs: number): ForceCost => {
  const killed = Rollout.killedByForce(app)
  const cost = { runners: killed.length, errors: 0, retries: 0 }
  for (const { requests } of killed) {
    for (let request = requests.first; request !== null; request = request.nextPeer) {
      if (request.cancelAsked === CancelAsked.no) cost[Retry.outlivesRunner(request, nowMs) ? "retries" : "errors"]++
    }
  }
  return cost
}
