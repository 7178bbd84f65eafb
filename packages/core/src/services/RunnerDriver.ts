import { Context, Effect, Layer, Schema } from "effect"
import type { BrokenBy } from "../fleet/Answers.ts"

/** A runner as whoever runs it sees it. */
export interface DrivenRunner {
  readonly number: number
  readonly app: string
  readonly revision: number
  readonly machineType: string
}

/** One attempt of a request; `payload` is what the caller handed in. */
export interface Call {
  readonly request: number
  readonly attempt: number
  readonly payload: unknown
}

/** What an app answers: an HTTP status decides what becomes of the request (platform rule 5.1). */
export interface Answer {
  readonly status: number
  readonly body: unknown
}

/** The stage of a start that a runner is in failed. */
export class StartFailed extends Schema.TaggedError<StartFailed>()("StartFailed", {
  runner: Schema.Int,
  reason: Schema.String
}) {
  override get message(): string {
    return `runner ${this.runner} did not start: ${this.reason}`
  }
}

/** The session with a runner broke while the runner lives (platform rule 5.1). */
export class SessionBroken extends Schema.TaggedError<SessionBroken>()("SessionBroken", {
  by: Schema.Literals(["incomplete", "refused", "connect_timeout", "connection"] satisfies ReadonlyArray<BrokenBy>)
}) {
  override get message(): string {
    return `the session with the runner broke: ${this.by}`
  }
}

/** What runs the runners of a Platform. Each effect is interrupted when its runner is killed or its attempt is given up. */
export interface Driver {
  /** Finds a machine; a failure is one of scheduling (platform rule 2.4). */
  readonly place: (runner: DrivenRunner) => Effect.Effect<void, StartFailed>
  /** Ends when the runner is ready. */
  readonly setUp: (runner: DrivenRunner) => Effect.Effect<void, StartFailed>
  readonly serve: (call: Call, runner: DrivenRunner) => Effect.Effect<Answer, SessionBroken>
  /** The graceful signal; what is in flight goes on (platform rule 2.6). */
  readonly signal: (runner: DrivenRunner) => Effect.Effect<void>
  /** After the signal, with nothing left in flight: ends when the runner is gone. */
  readonly tearDown: (runner: DrivenRunner) => Effect.Effect<void>
  /** Ends if a runner that was ready is gone by itself. */
  readonly crashed: (runner: DrivenRunner) => Effect.Effect<void>
  /** Ends a runner at once, whatever it is doing. */
  readonly kill: (runner: DrivenRunner) => Effect.Effect<void>
}

const nothing = (): Effect.Effect<void> => Effect.void

/** The port from a Platform to whatever runs its runners: processes, containers, a function, a script in a test. */
export class RunnerDriver extends Context.Service<RunnerDriver, Driver>()("@ebb/core/RunnerDriver") {
  /** A driver of which only `serve` is needed: the rest is done at once, and nothing crashes. */
  static readonly layer = (driver: Pick<Driver, "serve"> & Partial<Driver>): Layer.Layer<RunnerDriver> =>
    Layer.succeed(RunnerDriver, {
      place: nothing,
      setUp: nothing,
      signal: nothing,
      tearDown: nothing,
      crashed: () => Effect.never,
      kill: nothing,
      ...driver
    })
}
