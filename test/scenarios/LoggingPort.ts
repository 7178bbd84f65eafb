import { errorTypeNames } from "@ebb/core/fleet/ErrorType"
import type { Check, FleetPort, RolloutChange, TimerKind } from "@ebb/core/fleet/FleetPort"
import type { AppState, Request, RolloutRecord, Runner } from "@ebb/core/tables/Records"
import type { RevisionState } from "@ebb/core/tables/RevisionState"
import { runnerStateNames } from "@ebb/core/tables/RunnerState"

/** Stands before a world and writes what a Fleet asks of it into a log, in the words of the platform's examples. */
export class LoggingPort implements FleetPort {
  private readonly inner: FleetPort
  private readonly write: (line: string) => void
  /** Requests before the first that counts. */
  private readonly warm: number

  constructor(inner: FleetPort, warm: number, write: (line: string) => void) {
    this.inner = inner
    this.warm = warm
    this.write = write
  }

  private name(request: Request): string {
    return `q${request.number - this.warm}`
  }

  start(runner: Runner): void {
    this.inner.start(runner)
  }

  send(request: Request, runner: Runner): void {
    this.write(`${this.name(request)} to r${runner.number}`)
    this.inner.send(request, runner)
  }

  cancel(request: Request, runner: Runner): void {
    this.write(`${this.name(request)} cancel to r${runner.number}`)
    this.inner.cancel(request, runner)
  }

  terminate(runner: Runner): void {
    this.inner.terminate(runner)
  }

  kill(runner: Runner): void {
    this.inner.kill(runner)
  }

  check(runner: Runner, check: Check, limitMs: number): void {
    this.write(`r${runner.number} ${check === "tcp" ? "TCP" : "health"} check`)
    this.inner.check(runner, check, limitMs)
  }

  close(session: Request, code: number): void {
    this.write(`${this.name(session)} closed ${code}`)
    this.inner.close(session, code)
  }

  settle(request: Request): void {
    const error = request.errorType === 0 ? "" : ` ${errorTypeNames[request.errorType]}`
    this.write(`${this.name(request)} ${request.status}${error}`)
    this.inner.settle(request)
  }

  wake(kind: TimerKind, slot: number, epoch: number, atMs: number): void {
    this.inner.wake(kind, slot, epoch, atMs)
  }

  runnerChanged(runner: Runner): void {
    this.write(`r${runner.number} ${runnerStateNames[runner.state]}`)
    this.inner.runnerChanged(runner)
  }

  rolloutChanged(rollout: RolloutRecord, how: RolloutChange): void {
    if (how === "finished") this.write(`rollout ${rollout.number} finished`)
    this.inner.rolloutChanged(rollout, how)
  }

  deployChanged(app: AppState, revision: RevisionState, how: "switched" | "aborted"): void {
    this.write(`revision ${revision.number} ${how}`)
    this.inner.deployChanged(app, revision, how)
  }
}
