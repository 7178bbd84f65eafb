import type { AppState, Request, Runner } from "../tables/Records.ts"
import { RequestStage } from "../tables/RequestState.ts"
import { isEnding, isServing, RunnerState } from "../tables/RunnerState.ts"
import * as Answers from "./Answers.ts"
import * as AppTimers from "./AppTimers.ts"
import * as Demand from "./Demand.ts"
import { TimerKind, timerOwners } from "./FleetPort.ts"
import * as Find from "./Find.ts"
import type { FleetState } from "./FleetState.ts"
import * as Health from "./Health.ts"
import * as Intake from "./Intake.ts"
import * as Portions from "./Portions.ts"
import * as Retry from "./Retry.ts"
import * as Rollout from "./Rollout.ts"
import * as Shutdown from "./Shutdown.ts"
import * as StartUp from "./StartUp.ts"

/** A timer has fired: the app in which something came of it, null where whoever it was for is past it. */
export const fired = (fleet: FleetState, kind: TimerKind, slot: number, epoch: number): AppState | null => {
  const owner = timerOwners[kind]
  if (owner === "app") return ofApp(fleet, kind, fleet.apps[slot]!, epoch)
  if (owner === "request") return ofRequest(fleet, kind, fleet.requests.all[slot]!, epoch)
  const runner = Find.runner(fleet, fleet.nowMs, slot, epoch)
  return runner !== null && ofRunner(fleet, kind, runner) ? runner.app : null
}

const ofApp = (fleet: FleetState, kind: TimerKind, app: AppState, epoch: number): AppState | null => {
  if (kind === TimerKind.portion) return Portions.next(fleet, app)
  const timer = AppTimers.fired(app, kind, epoch)
  if (timer === null) return null
  if (kind === TimerKind.requestTimeout) Answers.requestTimeouts(fleet, app, timer.armedAfterSend)
  else if (kind === TimerKind.waitLimit) Intake.waitLimit(fleet, app)
  else if (kind === TimerKind.look) Demand.look(fleet, app)
  return app
}

/** A start timeout outlasts attempts, so it goes by the request's number; a retry is for one epoch. */
const ofRequest = (fleet: FleetState, kind: TimerKind, request: Request, of: number): AppState | null => {
  const { app, epoch, number, stage } = request
  const isRetry = kind === TimerKind.retry
  if (isRetry ? epoch !== of || stage !== RequestStage.backoff : number !== of || !isInLine(request)) return null
  if (Portions.endsFirst(fleet, fleet.nowMs, request)) return app
  if (isRetry) Retry.back(fleet, request)
  else Intake.startTimeout(fleet, request)
  return app
}

const isInLine = ({ stage }: Request): boolean => stage === RequestStage.waiting || stage === RequestStage.backoff

const ofRunner = (fleet: FleetState, kind: TimerKind, runner: Runner): boolean => {
  const { state } = runner
  if (kind === TimerKind.startup && state === RunnerState.SETUP) Shutdown.startFailed(fleet, runner)
  else if (kind === TimerKind.failureDelay && state === RunnerState.FAILURE_DELAY) StartUp.wakeDelayed(fleet, runner)
  else if (kind === TimerKind.grace && isEnding(state)) Shutdown.graceOver(fleet, runner)
  else if (kind === TimerKind.health && isServing(state)) Health.due(fleet, runner)
  else if (kind === TimerKind.settled && runner.settling) Rollout.settled(fleet, runner)
  else return false
  return true
}
