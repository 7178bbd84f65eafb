import type { RevisionState } from "../tables/AppState.ts"
import type { Fleet } from "../fleet/Fleet.ts"
import type { CheckKind, FleetPort, RolloutChange, TimerKind } from "../fleet/FleetPort.ts"
import type { Request } from "../tables/Request.ts"
import type { RolloutRecord } from "../tables/RolloutRecord.ts"
import type { Runner } from "../tables/Runner.ts"
import { Bytes } from "./Bytes.ts"
import type { JournalWriter } from "./JournalWriter.ts"

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

const space = 32
const comma = 44
const lineFeed = 10
const capacity = 1024

/** Passes everything on to a world, and writes it down in the words of the journal. */
export class RecordingPort implements FleetPort {
  private readonly inner: FleetPort
  /** A line for each thing that was asked. */
  readonly outputs: Bytes

  constructor(inner: FleetPort, outputs = new Bytes(capacity)) {
    this.inner = inner
    this.outputs = outputs
  }

  private caused(what: string, ...numbers: ReadonlyArray<number>): void {
    const { outputs } = this
    outputs.text(what)
    for (const number of numbers) {
      outputs.byte(space)
      outputs.number(number)
    }
    outputs.byte(lineFeed)
  }

  start(runner: Runner): void {
    this.caused("start", runner.number, runner.machineType, runner.environment)
    this.inner.start(runner)
  }

  send(request: Request, runner: Runner): void {
    this.caused("send", request.number, runner.number, request.attempts)
    this.inner.send(request, runner)
  }

  cancel(request: Request, runner: Runner): void {
    this.caused("cancel", request.number, runner.number)
    this.inner.cancel(request, runner)
  }

  terminate(runner: Runner): void {
    this.caused("terminate", runner.number)
    this.inner.terminate(runner)
  }

  kill(runner: Runner): void {
    this.caused("kill", runner.number)
    this.inner.kill(runner)
  }

  check(runner: Runner, kind: CheckKind): void {
    this.caused("check", runner.number, kind)
    this.inner.check(runner, kind)
  }

  settle(request: Request): void {
    const { attempts, errorType, number, outcome, status, waitedMs } = request
    this.caused("settle", number, outcome, status, errorType, attempts, waitedMs)
    this.inner.settle(request)
  }

  close(session: Request, code: number): void {
    this.caused("close", session.number, code)
    this.inner.close(session, code)
  }

  wake(kind: TimerKind, slot: number, epoch: number, atMs: number): void {
    this.caused("wake", kind, slot, epoch, atMs)
    this.inner.wake(kind, slot, epoch, atMs)
  }

  runnerChanged(runner: Runner): void {
    this.caused("runner", runner.number, runner.state, runner.inFlight)
    this.inner.runnerChanged(runner)
  }

  rolloutChanged(rollout: RolloutRecord, how: RolloutChange): void {
    this.caused(`rollout ${rollout.number} ${how} ${rollout.remaining}`)
    this.inner.rolloutChanged(rollout, how)
  }

  deployChanged(app: RolloutRecord["app"], revision: RevisionState, how: "switched" | "aborted"): void {
    this.caused(`deploy ${app.slot} ${revision.number} ${how}`)
    this.inner.deployChanged(app, revision, how)
  }
}

/** How many arguments after the time are written, where that is not all: a request's cargo stays out. */
const told: Partial<Record<InputName, number>> = { submit: 2, resume: 3 }

const textOf = (value: unknown): string => JSON.stringify(value) ?? "null"

const isConstant = (value: object): boolean =>
  Object.isFrozen(value) && Object.values(value).every((part) => typeof part !== "object" || part === null)

/** The last argument that cannot change, and how it is told: most requests are submitted with the same. */
let last: { readonly value: object; readonly text: string } | null = null

const constantText = (value: unknown): string => {
  if (last !== null && last.value === value) return last.text
  const text = textOf(value)
  if (typeof value === "object" && value !== null && isConstant(value)) last = { value, text }
  return text
}

/** As `JSON.stringify` would. */
const addArg = (bytes: Bytes, value: unknown): void => {
  if (typeof value === "number" && Number.isFinite(value)) bytes.number(value)
  else bytes.text(constantText(value))
}

const addLine = (bytes: Bytes, name: InputName, atMs: number, args: ReadonlyArray<unknown>): void => {
  bytes.text('{"atMs":')
  bytes.number(atMs)
  bytes.text(',"input":"')
  bytes.text(name)
  bytes.text('","args":[')
  for (let n = 0; n < args.length; n++) {
    if (n > 0) bytes.byte(comma)
    addArg(bytes, args[n])
  }
  bytes.text("]}")
}

/** From now on every input of this Fleet is written down, and what it asks of the port in answer. */
export const record = (fleet: Fleet, writer: JournalWriter): void => {
  for (const name of inputNames) {
    const input: (...args: ReadonlyArray<never>) => unknown = fleet[name]
    const recorded = (atMs: never, ...rest: ReadonlyArray<never>): unknown => {
      writer.begin()
      // Before the input itself: a world may use one object for all submissions.
      addLine(writer.waiting, name, atMs, rest.slice(0, told[name]))
      writer.causes()
      const result = input.call(fleet, atMs, ...rest)
      writer.done()
      return result
    }
    Object.defineProperty(fleet, name, { value: recorded })
  }
}
