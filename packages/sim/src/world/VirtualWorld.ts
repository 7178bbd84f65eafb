import { Fleet } from "@ebb/core/fleet/Fleet"
import type { Check, FleetPort, RolloutChange, TimerKind } from "@ebb/core/fleet/FleetPort"
import type { Submission } from "@ebb/core/fleet/Intake"
import type { AppState, Request, RolloutRecord, Runner } from "@ebb/core/tables/Records"
import { RequestStage } from "@ebb/core/tables/RequestState"
import type { RevisionState } from "@ebb/core/tables/RevisionState"
import { isServing } from "@ebb/core/tables/RunnerState"
import type { Profile } from "./Profile.ts"
import type { SimulatedRunners } from "./SimulatedRunners.ts"
import { Timeline } from "./Timeline.ts"

/** Who watches a virtual world. */
export interface Watcher {
  settled(request: Request): void
  runnerChanged(runner: Runner): void
  /** SIGKILL comes to a runner now, and what is in flight on it is about to be lost. */
  killed?(runner: Runner): void
}

/** How a world gets its Fleet: a plain one, one that a journal is kept of, one that is watched. */
export type MakeFleet = (port: FleetPort) => Fleet

export const plainFleet: MakeFleet = (port) => new Fleet(port, { exitsReported: false })

/** In this world the cargo of a request is how long it takes on a runner, in milliseconds. */
export const serviceMs = (request: Request): number => request.cargo as number

/** A world without a wall clock: a Fleet, simulated runners, and time that passes from event to event (docs/architecture.md). */
export class VirtualWorld implements FleetPort {
  readonly fleet: Fleet
  readonly timeline: Timeline
  readonly runners: SimulatedRunners
  private watcher: Watcher | null = null

  constructor(profile: Profile, makeFleet: MakeFleet = plainFleet) {
    this.fleet = makeFleet(this)
    this.timeline = new Timeline(this.fleet, profile, serviceMs)
    this.runners = this.timeline.runners
  }

  /** From now on this one is told. */
  watch(watcher: Watcher): void {
    this.watcher = watcher
  }

  /** From now on this one is told too; a world that it was said to cannot be copied any more. */
  alsoWatch(other: Watcher): void {
    const { watcher } = this
    this.watcher = {
      settled: (request) => (watcher?.settled(request), other.settled(request)),
      runnerChanged: (runner) => (watcher?.runnerChanged(runner), other.runnerChanged(runner)),
      killed: (runner) => (watcher?.killed?.(runner), other.killed?.(runner))
    }
  }

  /** Hands a request in that takes `serviceMs` on a runner and whose caller gives up after `patienceMs` in line; null: refused. */
  submit(nowMs: number, app: number, submission: Submission, serviceMs: number, patienceMs = Infinity): Request | null {
    const request = this.fleet.submit(nowMs, app, submission, serviceMs)
    if (patienceMs !== Infinity && request !== null && request.stage !== RequestStage.free) {
      this.timeline.giveUpAt(nowMs + patienceMs, request)
    }
    return request
  }

  start(runner: Runner): void {
    this.runners.start(runner)
  }

  send(request: Request, runner: Runner): void {
    this.runners.send(request, runner)
  }

  cancel(request: Request, runner: Runner): void {
    this.runners.cancel(request, runner)
  }

  terminate(runner: Runner): void {
    this.runners.terminate(runner)
  }

  kill(runner: Runner): void {
    this.watcher?.killed?.(runner)
    this.runners.kill(runner)
  }

  check(runner: Runner, check: Check, limitMs: number): void {
    this.runners.check(runner, check, limitMs)
  }

  close(session: Request, code: number): void {
    this.runners.close(session, code)
  }

  wake(kind: TimerKind, slot: number, epoch: number, atMs: number): void {
    this.timeline.wake(kind, slot, epoch, atMs)
  }

  settle(request: Request): void {
    this.watcher?.settled(request)
  }

  runnerChanged(runner: Runner): void {
    if (!isServing(runner.state)) this.runners.runnerChanged(runner)
    this.watcher?.runnerChanged(runner)
  }

  rolloutChanged(_rollout: RolloutRecord, _how: RolloutChange): void {}

  deployChanged(_app: AppState, _revision: RevisionState, _how: "switched" | "aborted"): void {}
}
