import { errorTypeNames } from "@ebb/core/fleet/ErrorType"
import type { History, Submission } from "@ebb/core/fleet/Intake"
import type { Request } from "@ebb/core/tables/Records"
import { Outcome, RequestStage } from "@ebb/core/tables/RequestState"
import type { Drivers } from "./Drivers.ts"
import type { LiveRequest, Settled } from "./LiveRequest.ts"
import { presentMs } from "./LiveWorld.ts"
import * as Told from "./Told.ts"
import type { LiveWatcher, Measurable, Submissions, World } from "./World.ts"

const outcomeNames = {
  [Outcome.completed]: "completed",
  [Outcome.errored]: "errored",
  [Outcome.cancelled]: "cancelled"
} as const

interface Needs {
  readonly world: World
  readonly watcher: LiveWatcher
  readonly drivers: Drivers
  readonly measurable: Measurable
}

/** Hands requests to the Fleet, and tells their callers what it has decided. */
export class LiveRequests implements Submissions {
  private readonly world: World
  private readonly watcher: LiveWatcher
  private readonly drivers: Drivers
  private readonly measurable: Measurable

  constructor({ drivers, measurable, watcher, world }: Needs) {
    this.world = world
    this.watcher = watcher
    this.drivers = drivers
    this.measurable = measurable
  }

  submit(request: LiveRequest, submission: Submission): boolean {
    const { fleet, pacer } = this.world
    return pacer.input((nowMs) => {
      const accepted = fleet.submit(nowMs, request.app.slot, submission, request)
      if (accepted === null) return false
      this.keep(accepted)
      this.measurable.measured?.submitted(nowMs)
      return true
    }, "alsoDue")
  }

  resume(request: LiveRequest, submission: Submission, history: History): void {
    this.world.input((fleet, nowMs) => {
      const accepted = fleet.resume(nowMs, request.app.slot, submission, history, request)
      if (accepted !== null) this.keep(accepted)
    })
  }

  /** One that has its outcome at once is not open any more. */
  private keep(accepted: Request): void {
    if (accepted.stage !== RequestStage.free) this.world.requests.of(accepted)
  }

  settle(request: Request): void {
    const { requests } = this.world
    const live = requests.of(request)
    const isAnswered = request.errorType === 0 || request.errorType === errorTypeNames.indexOf("runner_server_error")
    if (request.outcome === Outcome.completed && live.answer === null) this.answerFor(live)
    const settled: Settled = {
      outcome: outcomeNames[request.outcome],
      status: request.status,
      errorType: request.errorType === 0 ? null : errorTypeNames[request.errorType]!,
      attempts: request.attempts,
      answer: isAnswered ? live.answer : null
    }
    this.measurable.measured?.settled(request)
    live.settledAtMs = Math.max(live.startedAtMs ?? 0, presentMs(this.world))
    live.runner?.left(live)
    requests.remove(live)
    live.abort?.()
    this.watcher.settled(live, settled)
    Told.tell(live, (caller) => caller.settled(settled, live.runner))
  }

  /** The answer of a runner that only pretends to have one, and the line that an app would print with it. */
  private answerFor(live: LiveRequest): void {
    const { call, runner } = live
    if (runner === null) return
    live.answer = this.drivers.of(runner).answerOf(call)
    if (live.answer === null) return
    runner.logs.add("INFO", `${call.method} ${call.path} ${live.answer.status}`, presentMs(this.world))
  }

  /** A request goes into back-off. */
  retried(request: Request): void {
    const live = this.world.requests.of(request)
    const lastedMs = this.world.fleet.state.nowMs - request.startedAtMs
    // Without a runner the attempt was one of the sandbox before.
    if (live.runner !== null) live.longestFailedMs = Math.max(live.longestFailedMs, lastedMs)
    live.runner?.left(live)
    this.watcher.retried(live, request.retriesUsed!)
    Told.tell(live, (caller) => caller.retried?.())
  }
}
