import type { AppState, Request, Runner } from "../tables/Records.ts"
import { RequestKind, RequestStage } from "../tables/RequestState.ts"
import type { FleetState } from "./FleetState.ts"
import * as Line from "./Line.ts"
import * as NextPortion from "./NextPortion.ts"
import * as Settlement from "./Settlement.ts"
import * as Slots from "./Slots.ts"

/** Gives waiting requests to free slots, lane by lane; too late for one whose start timeout has passed (platform rules 4.2, 4.4, 4.5). */
export const run = (fleet: FleetState, app: AppState): void => {
  // The next portion sends on.
  if (NextPortion.of(fleet, app)?.sends === true) return
  let left = NextPortion.most(fleet)
  for (let request = next(fleet, app); request !== null; request = next(fleet, app)) {
    const runner = choose(fleet, request)
    if (runner === null) return
    if (left-- === 0) return sendLater(fleet, app)
    Line.remove(fleet, request)
    if (fleet.nowMs >= request.startDeadlineMs) Settlement.startTimeoutPassed(fleet, request)
    else send(fleet, request, runner)
  }
}

const sendLater = (fleet: FleetState, app: AppState): void => {
  NextPortion.asked(fleet, app).sends = true
}

const next = (fleet: FleetState, app: AppState): Request | null => {
  if (app.waiting === 0) return null
  const [direct, normal, low] = app.lanes
  return direct.first ?? (fleet.queuesHeld ? null : (normal.first ?? low.first))
}

/** The serving runner for a request: by hint, not the previous one, unmarked, least loaded (platform rule 4.4). */
export const choose = (fleet: FleetState, request: Request): Runner | null => {
  const app = request.app
  if (request.hint !== null) {
    const hinted = byHint(fleet, request, request.hint)
    if (hinted !== null) return hinted
  }
  const except = request.previousRunner
  const other = best(app, except)
  return other !== null || except === 0 ? other : best(app, 0)
}

const best = (app: AppState, except: number): Runner | null => {
  const unmarked = app.free.best(except)
  return unmarked !== null || app.marked === 0 ? unmarked : app.freeMarked.best(except)
}

const byHint = (fleet: FleetState, request: Request, hint: string): Runner | null => {
  const { app, previousRunner } = request
  if (!app.reportsHints) {
    const last = app.lastServed.get(hint)
    const runner = last === undefined ? null : fleet.runners.find(last.slot, last.epoch)
    return runner !== null && runner.free !== null ? runner : null
  }
  let best: Runner | null = null
  for (let runner = app.firstRunner; runner !== null; runner = runner.next) {
    if (runner.free === null || runner.hints === null || !runner.hints.includes(hint)) continue
    if (best === null || isBetter(runner, best, previousRunner)) best = runner
  }
  return best
}

const isBetter = (a: Runner, b: Runner, previous: number): boolean => {
  if (b.number === previous) return true
  if (a.number === previous) return false
  if (a.marked !== b.marked) return b.marked
  if (a.inFlight !== b.inFlight) return a.inFlight < b.inFlight
  return a.loadSinceMs < b.loadSinceMs
}

const lastServedLimit = 10_000

const rememberHint = (app: AppState, hint: string, runner: Runner): void => {
  app.lastServed.delete(hint)
  app.lastServed.set(hint, { slot: runner.slot, epoch: runner.epoch })
  if (app.lastServed.size > lastServedLimit) app.lastServed.delete(app.lastServed.keys().next().value!)
}

/** Begins an attempt of a request on a runner with a free slot. */
export const send = (fleet: FleetState, request: Request, runner: Runner): void => {
  const app = request.app
  request.stage = RequestStage.inFlight
  request.epoch++
  request.attempts++
  request.runner = runner
  request.startedAtMs = fleet.nowMs
  request.sendOrder = ++fleet.sends
  request.messages = 0
  request.deadlineMs = request.kind === RequestKind.realtime ? Infinity : fleet.nowMs + app.requestTimeoutMs
  if (request.hint !== null) rememberHint(app, request.hint, runner)
  Slots.occupy(fleet, request, runner)
  fleet.port.send(request, runner)
}
