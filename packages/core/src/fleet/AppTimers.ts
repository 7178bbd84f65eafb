import type { AppTimer } from "../tables/AppTimer.ts"
import type { AppState } from "../tables/Records.ts"
import { LaneIndex } from "../tables/RequestState.ts"
import { TimerKind } from "./FleetPort.ts"
import type { FleetState } from "./FleetState.ts"
import * as KeepAlive from "./KeepAlive.ts"
import * as Portions from "./Portions.ts"

/**
 * An app has one timer of each kind, armed for the earliest deadline known; when it fires early, because that deadline
 * has gone meanwhile, it is armed again for the next. So a request that ends in time costs no timer.
 */
export const run = (fleet: FleetState, app: AppState): void => {
  const attempt = app.attempts.first
  if (attempt !== null) arm(fleet, app, app.timeout, TimerKind.requestTimeout, attempt.deadlineMs)
  const direct = app.lanes[LaneIndex.direct].first
  if (direct !== null) arm(fleet, app, app.waitLimit, TimerKind.waitLimit, direct.submittedAtMs + app.waitLimitMs)
  if (app.notDue !== null) {
    arm(fleet, app, app.dueTimer, TimerKind.due, app.notDue.enteredAtMs + app.scalingDelayMs)
  }
  const expiryMs = KeepAlive.nextExpiryMs(app, app.expiry.atMs)
  // In the midst of a step more are counted than will be there after it.
  if (expiryMs !== Infinity && !Portions.areLeft(fleet, app)) arm(fleet, app, app.expiry, TimerKind.expiry, expiryMs)
  if (app.scaler.clock !== null && !app.deleted) arm(fleet, app, app.look, TimerKind.look, app.looksAtMs)
  if (app.pausedUntilMs > fleet.nowMs) arm(fleet, app, app.pause, TimerKind.pause, app.pausedUntilMs)
}

const arm = (fleet: FleetState, app: AppState, timer: AppTimer, kind: TimerKind, atMs: number): void => {
  if (timer.atMs <= atMs) return
  timer.epoch++
  timer.atMs = atMs
  timer.armedAfterSend = fleet.sends
  fleet.port.wake(kind, app.slot, timer.epoch, atMs)
}

/** The app's timer of that kind, if this is the arming that is valid; it is no longer armed then. */
export const fired = (app: AppState, kind: TimerKind, epoch: number): AppTimer | null => {
  const timer = timerOf(app, kind)
  if (timer.epoch !== epoch) return null
  timer.atMs = Infinity
  return timer
}

const timerOf = (app: AppState, kind: TimerKind): AppTimer => {
  switch (kind) {
    case TimerKind.requestTimeout:
      return app.timeout
    case TimerKind.waitLimit:
      return app.waitLimit
    case TimerKind.due:
      return app.dueTimer
    case TimerKind.look:
      return app.look
    case TimerKind.pause:
      return app.pause
    default:
      return app.expiry
  }
}
