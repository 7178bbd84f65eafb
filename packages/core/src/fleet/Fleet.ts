import { Result } from "effect"
import { type App, scalerOf } from "../domain/App.ts"
import type { InvalidScaling } from "../domain/errors.ts"
import { EndCause } from "../tables/EndCause.ts"
import { AppState, type Request, type RolloutRecord } from "../tables/Records.ts"
import type { RevisionState } from "../tables/RevisionState.ts"
import { isEnding, isServing, isStarting, RunnerState } from "../tables/RunnerState.ts"
import * as Answers from "./Answers.ts"
import * as AppTimers from "./AppTimers.ts"
import * as Autoscaler from "./Autoscaler.ts"
import * as Capacity from "./Capacity.ts"
import * as Deploy from "./Deploy.ts"
import * as Dispatch from "./Dispatch.ts"
import type { Check, FleetPort, TimerKind } from "./FleetPort.ts"
import { type FleetOptions, FleetState } from "./FleetState.ts"
import * as Find from "./Find.ts"
import * as Health from "./Health.ts"
import * as Intake from "./Intake.ts"
import * as Ledger from "./Ledger.ts"
import * as Portions from "./Portions.ts"
import * as Realtime from "./Realtime.ts"
import * as Rollout from "./Rollout.ts"
import * as Scale from "./Scale.ts"
import * as Shutdown from "./Shutdown.ts"
import * as StartUp from "./StartUp.ts"
import * as Timers from "./Timers.ts"

/**
 * The platform as a deterministic state machine: every input is a method that takes the time, in Fleet milliseconds,
 * first; what it wants done goes out through its FleetPort. Inputs must come in order of time.
 *
 * A runner or request is named by `slot` and `epoch` as the port was told them; an input for one that is over has no
 * effect.
 *
 * @example
 * ```ts
 * import { App, Fleet, type FleetPort, plainSubmission, Request } from "@ebb/core"
 *
 * const ignore = () => {}
 * // The whole world: runners are ready at once and answer at once, and no time passes.
 * const inputs: Array<() => void> = []
 * const port: FleetPort.FleetPort = {
 *   start: ({ epoch, slot }) => void inputs.push(() => fleet.placed(0, slot, epoch, true), () => fleet.ready(0, slot, epoch)),
 *   send: ({ epoch, slot }) => void inputs.push(() => fleet.answer(0, slot, epoch, 200)),
 *   settle: ({ cargo }) => console.log(`answered: ${String(cargo)}`),
 *   ...{ wake: ignore, cancel: ignore, terminate: ignore, kill: ignore, check: ignore, close: ignore },
 *   ...{ runnerChanged: ignore, rolloutChanged: ignore, deployChanged: ignore }
 * }
 * const fleet = new Fleet(port, { exitsReported: false })
 * const app = { team: "me", env: "main", name: "echo", scaling: App.defaultScaling, revision: App.defaultRevision }
 * fleet.submit(0, fleet.addApp(0, app), plainSubmission(Request.RequestKind.direct), "hello")
 * for (let input = inputs.shift(); input !== undefined; input = inputs.shift()) input()
 * ```
 */
export class Fleet {
  readonly state: FleetState

  constructor(port: FleetPort, options: FleetOptions) {
    this.state = new FleetState(port, options)
  }

  /** Adds an app; the number is its slot. */
  addApp(nowMs: number, settings: App): number {
    this.state.nowMs = nowMs
    const scaler = this.state.scalers[scalerOf(settings)]
    const app = new AppState(this.state.apps.length, settings, this.state.pool(settings.team), scaler)
    this.state.apps.push(app)
    finish(this.state, app)
    return app.slot
  }

  /**
   * A request is accepted: its number; null when the queue is longer than the caller allows, or the app is deleted. Its
   * `cargo` is for the world: it stands on the request wherever the port is told of it.
   */
  submit(nowMs: number, app: number, submission: Intake.Submission, cargo: unknown = null): Request | null {
    this.state.nowMs = nowMs
    const appState = this.state.apps[app]!
    if (appState.deleted) return null
    const request = Intake.submit(this.state, appState, submission, cargo)
    if (request !== null) Intake.place(this.state, request)
    finish(this.state, appState)
    return request
  }

  /** A request that was accepted before the platform was restarted; null when its app is deleted. */
  resume(
    nowMs: number,
    app: number,
    submission: Intake.Submission,
    history: Intake.History,
    cargo: unknown = null
  ): Request | null {
    this.state.nowMs = nowMs
    const appState = this.state.apps[app]!
    if (appState.deleted) return null
    const request = Intake.resume(this.state, appState, submission, history, cargo)
    finish(this.state, appState)
    return request
  }

  /** The caller cancels, or (direct) has gone away. */
  cancel(nowMs: number, slot: number, number: number, how: Intake.GivenUp): Intake.CancelAnswer {
    const request = Find.openRequest(this.state, nowMs, slot, number)
    if (request === null) return "ALREADY_COMPLETED"
    this.state.nowMs = nowMs
    Intake.cancel(this.state, request, how)
    finish(this.state, request.app)
    return "CANCELLATION_REQUESTED"
  }

  /** The runner answered this attempt. */
  answer(nowMs: number, slot: number, epoch: number, status: number, control = Answers.noControl): void {
    const request = Find.inFlight(this.state, nowMs, slot, epoch)
    if (request === null) return
    this.state.nowMs = nowMs
    const app = request.app
    Answers.answer(this.state, request, status, control)
    finish(this.state, app)
  }

  /** The session with a living runner broke. */
  broken(nowMs: number, slot: number, epoch: number, by: Answers.BrokenBy): void {
    const request = Find.inFlight(this.state, nowMs, slot, epoch)
    if (request === null) return
    this.state.nowMs = nowMs
    const app = request.app
    Answers.broken(this.state, request, by)
    finish(this.state, app)
  }

  /** What happens in a realtime session. */
  session(nowMs: number, slot: number, epoch: number, what: Realtime.SessionEvent): void {
    const request = Find.inFlight(this.state, nowMs, slot, epoch)
    if (request === null) return
    this.state.nowMs = nowMs
    const app = request.app
    if (what === "message_began") Realtime.messageBegan(this.state, request)
    else if (what === "message_ended") Realtime.messageEnded(this.state, request)
    else if (what === "closed") Realtime.closed(this.state, request)
    else Answers.dropped(this.state, request)
    finish(this.state, app)
  }

  /** A runner was placed on its machine; its image is there already, or not. */
  placed(nowMs: number, slot: number, epoch: number, cached: boolean): void {
    const runner = Find.runnerIn(this.state, nowMs, slot, epoch, RunnerState.PENDING)
    if (runner === null) return
    this.state.nowMs = nowMs
    StartUp.placed(this.state, runner, cached)
    finish(this.state, runner.app)
  }

  /** A runner's image is pulled. */
  pulled(nowMs: number, slot: number, epoch: number): void {
    const runner = Find.runnerIn(this.state, nowMs, slot, epoch, RunnerState.DOCKER_PULL)
    if (runner === null) return
    this.state.nowMs = nowMs
    StartUp.enterSetup(this.state, runner)
    finish(this.state, runner.app)
  }

  /** A runner's set-up is done and its port open. */
  ready(nowMs: number, slot: number, epoch: number): void {
    const runner = Find.runnerIn(this.state, nowMs, slot, epoch, RunnerState.SETUP)
    if (runner === null) return
    this.state.nowMs = nowMs
    StartUp.ready(this.state, runner)
    if (!runner.verification) Rollout.joined(this.state, runner)
    finish(this.state, runner.app)
  }

  /** The stage that a starting runner is in has failed. */
  startFailed(nowMs: number, slot: number, epoch: number): void {
    const runner = Find.runner(this.state, nowMs, slot, epoch)
    if (runner === null || !isStarting(runner.state)) return
    this.state.nowMs = nowMs
    const app = runner.app
    Shutdown.startFailed(this.state, runner)
    finish(this.state, app)
  }

  /** A runner's process is gone: by itself, after the signal, or after a kill. */
  exited(nowMs: number, slot: number, epoch: number): void {
    const runner = Find.runner(this.state, nowMs, slot, epoch)
    if (runner === null) return
    this.state.nowMs = nowMs
    const app = runner.app
    Shutdown.exited(this.state, runner)
    finish(this.state, app)
  }

  /** A check has its result. */
  checked(nowMs: number, slot: number, epoch: number, check: Check, ok: boolean): void {
    const runner = Find.runner(this.state, nowMs, slot, epoch)
    if (runner === null || !isServing(runner.state)) return
    this.state.nowMs = nowMs
    const app = runner.app
    Health.checked(this.state, runner, check, ok)
    finish(this.state, app)
  }

  /** A timer asked for through `FleetPort.wake` has fired. */
  timer(nowMs: number, kind: TimerKind, slot: number, epoch: number): void {
    this.state.nowMs = nowMs
    const app = Timers.fired(this.state, kind, slot, epoch)
    if (app !== null) finish(this.state, app)
  }

  /** Restarts every active runner of an app: the record, or those that a force escalated. */
  rollout(nowMs: number, app: number, command: Rollout.RolloutCommand): ReadonlyArray<RolloutRecord> {
    this.state.nowMs = nowMs
    const appState = this.state.apps[app]!
    Deploy.finishStep(this.state, appState)
    const rollouts = Rollout.start(this.state, appState, command)
    finish(this.state, appState)
    if (!Portions.areLeft(this.state, appState)) Ledger.begun(this.state, rollouts)
    return rollouts
  }

  /** `runners stop`, with `replaceFirst` the replacement first. */
  stopRunner(nowMs: number, slot: number, epoch: number, replaceFirst: boolean): void {
    const runner = Find.runner(this.state, nowMs, slot, epoch)
    if (runner === null) return
    this.state.nowMs = nowMs
    const app = runner.app
    if (replaceFirst) Rollout.replace(this.state, runner)
    else Shutdown.stop(this.state, runner, EndCause.operator)
    finish(this.state, app)
  }

  /** `runners kill`. */
  killRunner(nowMs: number, slot: number, epoch: number): void {
    const runner = Find.runner(this.state, nowMs, slot, epoch)
    if (runner === null) return
    this.state.nowMs = nowMs
    const app = runner.app
    Shutdown.kill(this.state, runner, EndCause.operator)
    finish(this.state, app)
  }

  /** Changes an app's settings in force, all of the patch or nothing. */
  scale(nowMs: number, app: number, patch: Scale.ScalePatch): Result.Result<void, InvalidScaling> {
    const appState = this.state.apps[app]!
    return Result.map(Scale.check(appState.scaling, patch), (checked) => {
      this.state.nowMs = nowMs
      Deploy.finishStep(this.state, appState)
      Scale.apply(this.state, appState, checked)
      finish(this.state, appState)
    })
  }

  /** Deploys a revision: its number. */
  deploy(nowMs: number, app: number, command: Deploy.DeployCommand): number {
    this.state.nowMs = nowMs
    const appState = this.state.apps[app]!
    Deploy.finishStep(this.state, appState)
    const number = Deploy.start(this.state, appState, command)
    finish(this.state, appState)
    return number
  }

  /** Points an app at a revision that it had before. */
  setRevision(nowMs: number, app: number, revision: RevisionState, strategy: Deploy.DeployStrategy): void {
    this.state.nowMs = nowMs
    const appState = this.state.apps[app]!
    Deploy.finishStep(this.state, appState)
    Deploy.restore(this.state, appState, revision, strategy)
    finish(this.state, appState)
  }

  /** Kills all runners of a revision that is to be deleted; false where it is the current one and stays (platform rule 11). */
  killRevision(nowMs: number, app: number, revision: number): boolean {
    const appState = this.state.apps[app]!
    if (Deploy.isCurrent(appState, revision)) return false
    this.state.nowMs = nowMs
    Portions.finish(this.state, appState)
    Deploy.kill(this.state, appState, revision)
    finish(this.state, appState)
    return true
  }

  /** A secret that the app sees was set or unset: runners started from now on have the new environment. */
  secretChanged(nowMs: number, app: number): void {
    this.state.nowMs = nowMs
    this.state.apps[app]!.environment++
  }

  /** A team's machines of a type; null: unlimited. */
  setCapacity(nowMs: number, team: string, machineType: string, limit: number | null): void {
    this.state.nowMs = nowMs
    const pool = this.state.pool(team)
    if (limit === null) pool.limits.delete(machineType)
    else pool.limits.set(machineType, limit)
    pool.changed = true
    Capacity.grant(this.state, pool)
  }

  /** Empties the queue of an app, or of what is `numbers` in it: how many are gone. */
  flush(nowMs: number, app: number, numbers: ReadonlyArray<number> | null): number {
    this.state.nowMs = nowMs
    const appState = this.state.apps[app]!
    const wanted = numbers === null ? null : new Set(numbers)
    const gone = Intake.flush(this.state, appState, ({ number }) => wanted === null || wanted.has(number))
    finish(this.state, appState)
    return gone
  }

  /** The platform goes down: queued requests that wait stay where they are, all others are still served (platform rule 4.2). */
  holdQueues(nowMs: number): void {
    this.state.nowMs = nowMs
    this.state.queuesHeld = true
  }

  /** Deletes an app: its runners are stopped, what waits for one ends (platform rule 11). */
  deleteApp(nowMs: number, app: number): void {
    this.state.nowMs = nowMs
    const appState = this.state.apps[app]!
    Deploy.finishStep(this.state, appState)
    appState.deleted = true
    Portions.dismiss(this.state, appState)
    const alive = appState.allRunners().filter(({ state }) => !isEnding(state))
    Portions.begin(this.state, alive, { kills: false, cause: EndCause.deleted, rollouts: [] })
    finish(this.state, appState)
  }
}

/** The end of every input: rollouts, dispatch, then down and up, then timers and machines (platform rule 3.2). */
const finish = (fleet: FleetState, app: AppState): void => {
  if (app.verifying !== null) Deploy.takeOver(fleet, app)
  const isInStep = Portions.areLeft(fleet, app)
  if (!isInStep && (app.marked > 0 || app.rolling !== null)) Rollout.goOn(fleet, app)
  if (app.waiting > 0) Dispatch.run(fleet, app)
  if (!isInStep) Autoscaler.run(fleet, app)
  AppTimers.run(fleet, app)
  if (app.rollouts.length > 0) Ledger.closeQuietWindows(fleet, app)
  if (app.pool.changed) Capacity.grant(fleet, app.pool)
}
