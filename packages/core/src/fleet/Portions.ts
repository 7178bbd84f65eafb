import type { AppState, Request, Runner } from "../tables/Records.ts"
import { RequestStage } from "../tables/RequestState.ts"
import type { UnfinishedStep } from "../tables/UnfinishedStep.ts"
import * as Capacity from "./Capacity.ts"
import * as Dismissal from "./Dismissal.ts"
import type { FleetState } from "./FleetState.ts"
import * as Ledger from "./Ledger.ts"
import * as NextPortion from "./NextPortion.ts"
import * as Shutdown from "./Shutdown.ts"
import * as Slots from "./Slots.ts"

// A world whose time goes on by itself stands still for as long as an input takes. So there a step that takes many runners
// or requests goes on in further inputs, at the same instant. To everybody else it is one step: whatever else happens to one of
// them happens after its own part of the step, and what concerns the whole app after all its runners (platform rule 8.3).

/** How runners are ended, and for which rollouts. */
type Ending = Pick<UnfinishedStep, "kills" | "cause" | "rollouts">

const end = (fleet: FleetState, runner: Runner, { cause, kills }: Ending): void => {
  if (kills) Shutdown.kill(fleet, runner, cause)
  else Shutdown.stop(fleet, runner, cause)
}

/** Ends these runners: at once or, if they are many, the rest of them after this input; until then they take no request. */
export const begin = (fleet: FleetState, set: ReadonlyArray<Runner>, ending: Ending): void => {
  if (set.length <= NextPortion.most(fleet)) {
    for (const runner of set) end(fleet, runner, ending)
    return
  }
  const step = NextPortion.asked(fleet, set[0]!.app)
  step.kills = ending.kills
  step.cause = ending.cause
  step.rollouts = ending.rollouts
  for (const runner of set) {
    Slots.delist(runner)
    Capacity.leaveLine(runner)
    step.left.add(runner)
  }
}

/** Ends what waits of a deleted app: at once or, if it is much, after this input. */
export const dismiss = (fleet: FleetState, app: AppState): void => {
  const waiting = fleet.requestsOf(app).filter(({ stage }) => stage !== RequestStage.inFlight)
  if (waiting.length <= NextPortion.most(fleet)) {
    for (const request of waiting) endWaiting(fleet, request)
    return
  }
  const { dismissed } = NextPortion.asked(fleet, app)
  for (const request of waiting) dismissed.add(request)
}

const endWaiting = (fleet: FleetState, request: Request): void => {
  NextPortion.of(fleet, request.app)?.dismissed.delete(request)
  Dismissal.end(fleet, request)
}

/** Where this input has dealt with so many runners, it starts none for them: that is for the next ones. */
export const startLater = (fleet: FleetState, app: AppState, count: number): void => {
  if (count > NextPortion.most(fleet)) NextPortion.asked(fleet, app)
}

/** Some of the runners are still to be told to end: until then the app is neither scaled nor rolled on. */
export const areLeft = (fleet: FleetState, app: AppState): boolean => {
  const step = NextPortion.of(fleet, app)
  return step !== undefined && step.left.size > 0
}

/** The next portion has its turn; null: all has been done. */
export const next = (fleet: FleetState, app: AppState): AppState | null => {
  const step = NextPortion.of(fleet, app)
  if (step === undefined) return null
  step.sends = false
  step.grants = false
  let count = NextPortion.most(fleet)
  const isLast = step.dismissed.size + step.left.size <= count
  // Before anything that this portion makes happen at the same instant.
  if (!isLast) NextPortion.wake(fleet, app)
  for (const request of step.dismissed) {
    if (count === 0) break
    count--
    endWaiting(fleet, request)
  }
  for (const runner of step.left) {
    if (count === 0) break
    count--
    step.left.delete(runner)
    end(fleet, runner, step)
  }
  if (isLast) {
    fleet.restarts?.delete(app.slot)
    over(fleet, step)
  }
  return app
}

/** Something is about to happen to the whole app: what is left of the step comes first. */
export const finish = (fleet: FleetState, app: AppState): void => {
  const step = NextPortion.of(fleet, app)
  if (step === undefined) return
  for (const runner of step.left) end(fleet, runner, step)
  step.left.clear()
  over(fleet, step)
}

/** All runners are told. */
const over = (fleet: FleetState, step: UnfinishedStep): void => {
  Ledger.begun(fleet, step.rollouts)
  step.rollouts = []
}

/** Something is about to happen to this runner: its own part of the step comes first. True if it had one. */
export const comesFirst = (fleet: FleetState, runner: Runner): boolean => {
  const step = NextPortion.of(fleet, runner.app)
  if (step === undefined || !step.left.delete(runner)) return false
  end(fleet, runner, step)
  if (step.left.size === 0) over(fleet, step)
  return true
}

/** Something is about to happen to this request: that its app was deleted comes first. True if it had still to end for that. */
export const endsFirst = (fleet: FleetState, nowMs: number, request: Request): boolean => {
  if (NextPortion.of(fleet, request.app)?.dismissed.has(request) !== true) return false
  fleet.nowMs = nowMs
  endWaiting(fleet, request)
  return true
}

/** So many of those that an app needs are started in this input, the rest after it. */
export const startsNow = (fleet: FleetState, app: AppState, needed: number): number => {
  if (needed === 0) return 0
  if (NextPortion.of(fleet, app) !== undefined) return 0
  const most = NextPortion.most(fleet)
  if (needed > most) NextPortion.asked(fleet, app)
  return Math.min(needed, most)
}
