import type { RevisionState } from "../tables/AppState.ts"
import type { Fleet } from "../fleet/Fleet.ts"
import type { CheckKind, FleetPort, RolloutChange, TimerKind } from "../fleet/FleetPort.ts"
import type { Request } from "../tables/Request.ts"
import type { RolloutRecord } from "../tables/RolloutRecord.ts"
import type { Runner } from "../tables/Runner.ts"

/** The inputs of a Fleet, by the names of its methods. */
export const inputNames = [
  "addApp",
  "submit",
  "resume",
  "cancel",
  "answer",
  "broken",
  "session",
  "placed",
  "pulled",
  "ready",
  "startFailed",
  "exited",
  "checked",
  "timer",
  "rollout",
  "stopRunner",
  "killRunner",
  "scale",
  "deploy",
  "setRevision",
  "secretChanged",
  "setCapacity",
  "flush",
  "holdQueues",
  "deleteApp"
] as const
export type InputName = (typeof inputNames)[number]

/** Passes everything on to a world, and keeps what was asked since the last input in the words of the journal. */
export class RecordingPort implements FleetPort {
  private readonly inner: FleetPort
  outputs: Array<string> = []

  constructor(inner: FleetPort) {
    this.inner = inner
  }

  start(runner: Runner): void {
    this.outputs.push(`start ${runner.number} ${runner.machineType} ${runner.environment}`)
    this.inner.start(runner)
  }

  send(request: Request, runner: Runner): void {
    this.outputs.push(`send ${request.number} ${runner.number} ${request.attempts}`)
    this.inner.send(request, runner)
  }

  cancel(request: Request, runner: Runner): void {
    this.outputs.push(`cancel ${request.number} ${runner.number}`)
    this.inner.cancel(request, runner)
  }

  terminate(runner: Runner): void {
    this.outputs.push(`terminate ${runner.number}`)
    this.inner.terminate(runner)
  }

  kill(runner: Runner): void {
    this.outputs.push(`kill ${runner.number}`)
    this.inner.kill(runner)
  }

  check(runner: Runner, kind: CheckKind): void {
    this.outputs.push(`check ${runner.number} ${kind}`)
    this.inner.check(runner, kind)
  }

  settle(request: Request): void {
    const { attempts, errorType, number, outcome, status, waitedMs } = request
    this.outputs.push(`settle ${number} ${outcome} ${status} ${errorType} ${attempts} ${waitedMs}`)
    this.inner.settle(request)
  }

  close(session: Request, code: number): void {
    this.outputs.push(`close ${session.number} ${code}`)
    this.inner.close(session, code)
  }

  wake(kind: TimerKind, slot: number, epoch: number, atMs: number): void {
    this.outputs.push(`wake ${kind} ${slot} ${epoch} ${atMs}`)
    this.inner.wake(kind, slot, epoch, atMs)
  }

  runnerChanged(runner: Runner): void {
    this.outputs.push(`runner ${runner.number} ${runner.state} ${runner.inFlight}`)
    this.inner.runnerChanged(runner)
  }

  rolloutChanged(rollout: RolloutRecord, how: RolloutChange): void {
    this.outputs.push(`rollout ${rollout.number} ${how} ${rollout.remaining}`)
    this.inner.rolloutChanged(rollout, how)
  }

  deployChanged(app: RolloutRecord["app"], revision: RevisionState, how: "switched" | "aborted"): void {
    this.outputs.push(`deploy ${app.slot} ${revision.number} ${how}`)
    this.inner.deployChanged(app, revision, how)
  }
}

/** What a Fleet was told at `atMs`, its further arguments as JSON, and all that it asked for in answer. */
export type InputSink = (name: InputName, atMs: number, args: string, outputs: ReadonlyArray<string>) => void

/** From now on every input of this Fleet goes to the sink as well, once it is done. */
export const record = (fleet: Fleet, port: RecordingPort, sink: InputSink): void => {
  for (const name of inputNames) {
    const input: (...args: ReadonlyArray<never>) => unknown = fleet[name].bind(fleet)
    const recorded = (atMs: number, ...rest: ReadonlyArray<never>): unknown => {
      // Before the input itself: a world may use one object for all submissions.
      const text = JSON.stringify(rest)
      port.outputs = []
      const result = Reflect.apply(input, fleet, [atMs, ...rest])
      sink(name, atMs, text, port.outputs)
      return result
    }
    Object.defineProperty(fleet, name, { value: recorded })
  }
}
