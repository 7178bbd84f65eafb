import { errorTypeNames } from "../fleet/ErrorType.ts"
import { type CheckKind, type FleetPort, type RolloutChange, TimerKind } from "../fleet/FleetPort.ts"
import type { AppState, RevisionState } from "../tables/AppState.ts"
import { Outcome, type Request } from "../tables/Request.ts"
import type { RolloutRecord } from "../tables/RolloutRecord.ts"
import type { Runner } from "../tables/Runner.ts"
import { RunnerState, runnerStateNames } from "../tables/RunnerState.ts"
import type { DrivenRunner } from "./RunnerDriver.ts"

/** A runner or request as the Fleet names it. */
export interface Ref {
  readonly slot: number
  readonly epoch: number
}

/** How a request ended; `errorType` is null for an answer of the app under 500. */
export interface Settled {
  readonly request: number
  readonly outcome: "completed" | "errored" | "cancelled"
  readonly status: number
  readonly errorType: string | null
  readonly attempts: number
}

/** What a Platform tells those who follow it. Times are Fleet milliseconds. */
export type PlatformEvent =
  | {
      readonly _tag: "RunnerChanged"
      readonly atMs: number
      readonly runner: DrivenRunner
      readonly state: (typeof runnerStateNames)[number]
    }
  | { readonly _tag: "RequestSent"; readonly atMs: number; readonly request: number; readonly runner: number }
  | ({ readonly _tag: "RequestSettled"; readonly atMs: number } & Settled)
  | { readonly _tag: "RolloutChanged"; readonly atMs: number; readonly rollout: number; readonly how: RolloutChange }

/** What the Fleet wants done with runners, attempts and timers. */
export type Order =
  | {
      readonly do: "start" | "signal" | "tearDown" | "kill" | "forget"
      readonly runner: DrivenRunner
      readonly ref: Ref
    }
  | {
      readonly do: "send"
      readonly request: number
      readonly attempt: number
      readonly runner: DrivenRunner
      readonly ref: Ref
    }
  | { readonly do: "giveUp"; readonly slot: number }
  | { readonly do: "wake"; readonly kind: TimerKind; readonly ref: Ref; readonly atMs: number }

const outcomes = {
  [Outcome.completed]: "completed",
  [Outcome.errored]: "errored",
  [Outcome.cancelled]: "cancelled"
} as const

const driven = (runner: Runner): DrivenRunner => ({
  number: runner.number,
  app: runner.app.name,
  revision: runner.revision.number,
  machineType: runner.machineTypes[runner.machineType]!
})

const refOf = ({ epoch, slot }: Ref): Ref => ({ slot, epoch })

/** Notes what the Fleet asks for during one input; a Platform carries it out when the input is over. */
export class Outbox implements FleetPort {
  orders: Array<Order> = []
  events: Array<PlatformEvent> = []
  nowMs = 0

  take(): { readonly orders: ReadonlyArray<Order>; readonly events: ReadonlyArray<PlatformEvent> } {
    const { events, orders } = this
    this.orders = []
    this.events = []
    return { orders, events }
  }

  start(runner: Runner): void {
    this.orders.push({ do: "start", runner: driven(runner), ref: refOf(runner) })
  }

  send(request: Request, runner: Runner): void {
    const { attempts: attempt, number } = request
    this.orders.push({ do: "send", request: number, attempt, runner: driven(runner), ref: refOf(request) })
    this.events.push({ _tag: "RequestSent", atMs: this.nowMs, request: number, runner: runner.number })
  }

  /** A handler finishes what it began (platform rule 4.7 leaves that to the app). */
  cancel(_request: Request, _runner: Runner): void {}

  terminate(runner: Runner): void {
    this.orders.push({ do: "signal", runner: driven(runner), ref: refOf(runner) })
  }

  kill(runner: Runner): void {
    this.orders.push({ do: "kill", runner: driven(runner), ref: refOf(runner) })
  }

  /** A driver is not asked: it tells of a runner that is gone by `crashed`. */
  check(_runner: Runner, _kind: CheckKind): void {}

  settle(request: Request): void {
    this.orders.push({ do: "giveUp", slot: request.slot })
    this.events.push({
      _tag: "RequestSettled",
      atMs: this.nowMs,
      request: request.number,
      outcome: outcomes[request.outcome],
      status: request.status,
      errorType: request.errorType === 0 ? null : errorTypeNames[request.errorType]!,
      attempts: request.attempts
    })
  }

  /** There are no sessions: a Platform takes direct and queued requests. */
  close(_session: Request, _code: number): void {}

  wake(kind: TimerKind, slot: number, epoch: number, atMs: number): void {
    if (kind === TimerKind.retry) this.orders.push({ do: "giveUp", slot })
    this.orders.push({ do: "wake", kind, ref: { slot, epoch }, atMs })
  }

  runnerChanged(runner: Runner): void {
    const { state } = runner
    this.events.push({
      _tag: "RunnerChanged",
      atMs: this.nowMs,
      runner: driven(runner),
      state: runnerStateNames[state]
    })
    if (state === RunnerState.TERMINATING)
      this.orders.push({ do: "tearDown", runner: driven(runner), ref: refOf(runner) })
    if (state === RunnerState.TERMINATED) this.orders.push({ do: "forget", runner: driven(runner), ref: refOf(runner) })
  }

  rolloutChanged(rollout: RolloutRecord, how: RolloutChange): void {
    this.events.push({ _tag: "RolloutChanged", atMs: this.nowMs, rollout: rollout.number, how })
  }

  deployChanged(_app: AppState, _revision: RevisionState, _how: "switched" | "aborted"): void {}
}
