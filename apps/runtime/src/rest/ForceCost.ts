import * as Retry from "@ebb/core/fleet/Retry"
import type { AppState } from "@ebb/core/tables/AppState"
import { CancelAsked, type Request } from "@ebb/core/tables/Request"
import type { Runner } from "@ebb/core/tables/Runner"
import { isActive } from "@ebb/core/tables/RunnerState"
import type { ForceCost } from "@ebb/protocol/rest/Events"

/** Whom a force would kill: the active runners, or only what is left of a graceful rollout (platform rules 8.3, 8.6). */
const wouldKill = (app: AppState): ((runner: Runner) => boolean) => {
  const rolling = app.rollouts.filter((rollout) => !rollout.force && rollout.finishedAtMs === null)
  if (rolling.length === 0) return (runner) => isActive(runner.state) && !runner.verification
  return (runner) => runner.memberships?.some(({ rollout }) => rolling.includes(rollout)) === true
}

const fateOf = (request: Request, nowMs: number): "errors" | "retries" | null => {
  if (request.cancelAsked !== CancelAsked.no) return null
  return Retry.isAllowed(request, Retry.runnerLost) && nowMs < request.startDeadlineMs ? "retries" : "errors"
}

/** What a rollout of the app by force would do now; `nowMs` is Fleet time. */
export const of = (app: AppState, nowMs: number): ForceCost => {
  const isKilled = wouldKill(app)
  const cost = { runners: 0, errors: 0, retries: 0 }
  for (let runner = app.firstRunner; runner !== null; runner = runner.next) {
    if (!isKilled(runner)) continue
    cost.runners++
    for (let request = runner.requests.first; request !== null; request = request.nextPeer) {
      const fate = fateOf(request, nowMs)
      if (fate !== null) cost[fate]++
    }
  }
  return cost
}
