import type { AppState, Request, RolloutRecord, Runner } from "../tables/Records.ts"
import type { RevisionState } from "../tables/RevisionState.ts"
import type { Check, FleetPort, RolloutChange, TimerKind } from "../fleet/FleetPort.ts"
import { Bytes } from "./Bytes.ts"

const space = 32
const lineFeed = 10
const capacity = 1024
const checkNumbers: Readonly<Record<Check, number>> = { on_demand: 0, tcp: 1, regular: 2 }

/** Passes everything on to a world, and writes it down in the words of the journal. */
export class RecordingPort implements FleetPort {
  private readonly inner: FleetPort
  /** A line for each thing that was asked. */
  readonly outputs: Bytes

  constructor(inner: FleetPort, outputs = new Bytes(capacity)) {
    this.inner = inner
    this.outputs = outputs
  }

  private number(value: number): void {
    this.outputs.byte(space)
    this.outputs.number(value)
  }

  private line(what: string, first: number): void {
    this.outputs.text(what)
    this.number(first)
    this.outputs.byte(lineFeed)
  }

  start(runner: Runner): void {
    this.outputs.text("start")
    this.number(runner.number)
    this.number(runner.machineType)
    this.number(runner.environment)
    this.outputs.byte(lineFeed)
    this.inner.start(runner)
  }

  send(request: Request, runner: Runner): void {
    this.outputs.text("send")
    this.number(request.number)
    this.number(runner.number)
    this.number(request.attempts)
    this.outputs.byte(lineFeed)
    this.inner.send(request, runner)
  }

  cancel(request: Request, runner: Runner): void {
    this.outputs.text("cancel")
    this.number(request.number)
    this.number(runner.number)
    this.outputs.byte(lineFeed)
    this.inner.cancel(request, runner)
  }

  terminate(runner: Runner): void {
    this.line("terminate", runner.number)
    this.inner.terminate(runner)
  }

  kill(runner: Runner): void {
    this.line("kill", runner.number)
    this.inner.kill(runner)
  }

  check(runner: Runner, check: Check, limitMs: number): void {
    this.outputs.text("check")
    this.number(runner.number)
    this.number(checkNumbers[check])
    this.outputs.byte(lineFeed)
    this.inner.check(runner, check, limitMs)
  }

  settle(request: Request): void {
    this.outputs.text("settle")
    this.number(request.number)
    this.number(request.outcome)
    this.number(request.status)
    this.number(request.errorType)
    this.number(request.attempts)
    this.number(request.waitedMs)
    this.outputs.byte(lineFeed)
    this.inner.settle(request)
  }

  close(session: Request, code: number): void {
    this.outputs.text("close")
    this.number(session.number)
    this.number(code)
    this.outputs.byte(lineFeed)
    this.inner.close(session, code)
  }

  wake(kind: TimerKind, slot: number, epoch: number, atMs: number): void {
    this.outputs.text("wake")
    this.number(kind)
    this.number(slot)
    this.number(epoch)
    this.number(atMs)
    this.outputs.byte(lineFeed)
    this.inner.wake(kind, slot, epoch, atMs)
  }

  runnerChanged(runner: Runner): void {
    this.outputs.text("runner")
    this.number(runner.number)
    this.number(runner.state)
    this.number(runner.inFlight)
    this.outputs.byte(lineFeed)
    this.inner.runnerChanged(runner)
  }

  rolloutChanged(rollout: RolloutRecord, how: RolloutChange): void {
    if (how !== "measured") this.outputs.text(`rollout ${rollout.number} ${how} ${rollout.remaining}\n`)
    this.inner.rolloutChanged(rollout, how)
  }

  deployChanged(app: AppState, revision: RevisionState, how: "switched" | "aborted"): void {
    this.outputs.text(`deploy ${app.slot} ${revision.number} ${how}\n`)
    this.inner.deployChanged(app, revision, how)
  }
}
