import type { Result } from "effect"
import type { App } from "../domain/App.ts"
import type { InvalidScaling } from "../domain/errors.ts"
import type { AnswerControl, BrokenBy } from "../fleet/Answers.ts"
import { noControl } from "../fleet/Answers.ts"
import type { DeployCommand, DeployStrategy } from "../fleet/Deploy.ts"
import type { Fleet } from "../fleet/Fleet.ts"
import type { Check, TimerKind } from "../fleet/FleetPort.ts"
import type { FleetState } from "../fleet/FleetState.ts"
import type { CancelAnswer, GivenUp, History, Submission } from "../fleet/Intake.ts"
import type { RolloutCommand } from "../fleet/Rollout.ts"
import type { ScalePatch } from "../fleet/Scale.ts"
import type { SessionEvent } from "../fleet/Realtime.ts"
import type { Request, RolloutRecord } from "../tables/Records.ts"
import type { RevisionState } from "../tables/RevisionState.ts"
import type { JournalWriter } from "./JournalWriter.ts"
import { encoder } from "./Utf8.ts"

/** The inputs of a Fleet, by the names of its methods. */
export type InputName = Exclude<keyof Fleet, "state">

const comma = 44

/** As `JSON.stringify` writes it, without the kind, which comes first. */
const plainOptions = encoder.encode(
  ',"low":false,"startTimeoutMs":null,"maxQueueLength":null,"noRetry":false,"retryConfig":null,"hint":null}'
)
const plainControl = encoder.encode(JSON.stringify(noControl))

const isPlain = ({ hint, low, maxQueueLength, noRetry, retryConfig, startTimeoutMs }: Submission): boolean =>
  !low && startTimeoutMs === null && maxQueueLength === null && !noRetry && retryConfig === null && hint === null

/**
 * A Fleet whose every input is written down before it happens, with what it asks of the port in answer; the port is a
 * RecordingPort on the same writer. It does not compile while an input of Fleet has no counterpart here.
 */
export class RecordedFleet implements Fleet {
  private readonly fleet: Fleet
  private readonly writer: JournalWriter

  constructor(fleet: Fleet, writer: JournalWriter) {
    this.fleet = fleet
    this.writer = writer
  }

  get state(): FleetState {
    return this.fleet.state
  }

  /** A line begins; each argument after the first is preceded by a comma. */
  private begin(input: InputName, atMs: number): void {
    const { waiting } = this.writer
    this.writer.begin()
    waiting.text('{"atMs":')
    waiting.number(atMs)
    waiting.text(',"input":"')
    waiting.text(input)
    waiting.text('","args":[')
  }

  private next(value: number): void {
    this.writer.waiting.byte(comma)
    this.writer.waiting.number(value)
  }

  private json(value: unknown): void {
    this.writer.waiting.text(JSON.stringify(value))
  }

  private nextJson(value: unknown): void {
    this.writer.waiting.byte(comma)
    this.json(value)
  }

  private causes(): void {
    this.writer.waiting.text("]}")
    this.writer.causes()
  }

  private done<A>(result: A): A {
    this.writer.done()
    return result
  }

  addApp(nowMs: number, settings: App): number {
    this.begin("addApp", nowMs)
    this.json(settings)
    this.causes()
    return this.done(this.fleet.addApp(nowMs, settings))
  }

  submit(nowMs: number, app: number, submission: Submission, cargo?: unknown): Request | null {
    this.begin("submit", nowMs)
    this.writer.waiting.number(app)
    this.submission(submission)
    this.causes()
    return this.done(this.fleet.submit(nowMs, app, submission, cargo))
  }

  private submission(submission: Submission): void {
    if (!isPlain(submission)) return this.nextJson(inOrder(submission))
    const { waiting } = this.writer
    waiting.text(',{"kind":')
    waiting.number(submission.kind)
    waiting.copy(plainOptions)
  }

  resume(nowMs: number, app: number, submission: Submission, history: History, cargo?: unknown): Request | null {
    this.begin("resume", nowMs)
    this.writer.waiting.number(app)
    this.submission(submission)
    this.nextJson(history)
    this.causes()
    return this.done(this.fleet.resume(nowMs, app, submission, history, cargo))
  }

  cancel(nowMs: number, slot: number, number: number, how: GivenUp): CancelAnswer {
    this.beginRef("cancel", nowMs, slot, number)
    this.nextJson(how)
    this.causes()
    return this.done(this.fleet.cancel(nowMs, slot, number, how))
  }

  private beginRef(input: InputName, atMs: number, slot: number, epoch: number): void {
    this.begin(input, atMs)
    this.writer.waiting.number(slot)
    this.next(epoch)
  }

  answer(nowMs: number, slot: number, epoch: number, status: number, control: AnswerControl = noControl): void {
    this.beginRef("answer", nowMs, slot, epoch)
    this.next(status)
    if (control === noControl) {
      this.writer.waiting.byte(comma)
      this.writer.waiting.copy(plainControl)
    } else this.nextJson(control)
    this.causes()
    this.done(this.fleet.answer(nowMs, slot, epoch, status, control))
  }

  broken(nowMs: number, slot: number, epoch: number, by: BrokenBy): void {
    this.beginRef("broken", nowMs, slot, epoch)
    this.nextJson(by)
    this.causes()
    this.done(this.fleet.broken(nowMs, slot, epoch, by))
  }

  session(nowMs: number, slot: number, epoch: number, what: SessionEvent): void {
    this.beginRef("session", nowMs, slot, epoch)
    this.nextJson(what)
    this.causes()
    this.done(this.fleet.session(nowMs, slot, epoch, what))
  }

  placed(nowMs: number, slot: number, epoch: number, cached: boolean): void {
    this.beginRef("placed", nowMs, slot, epoch)
    this.nextJson(cached)
    this.causes()
    this.done(this.fleet.placed(nowMs, slot, epoch, cached))
  }

  pulled(nowMs: number, slot: number, epoch: number): void {
    this.beginRef("pulled", nowMs, slot, epoch)
    this.causes()
    this.done(this.fleet.pulled(nowMs, slot, epoch))
  }

  ready(nowMs: number, slot: number, epoch: number): void {
    this.beginRef("ready", nowMs, slot, epoch)
    this.causes()
    this.done(this.fleet.ready(nowMs, slot, epoch))
  }

  startFailed(nowMs: number, slot: number, epoch: number): void {
    this.beginRef("startFailed", nowMs, slot, epoch)
    this.causes()
    this.done(this.fleet.startFailed(nowMs, slot, epoch))
  }

  exited(nowMs: number, slot: number, epoch: number): void {
    this.beginRef("exited", nowMs, slot, epoch)
    this.causes()
    this.done(this.fleet.exited(nowMs, slot, epoch))
  }

  checked(nowMs: number, slot: number, epoch: number, check: Check, ok: boolean): void {
    this.beginRef("checked", nowMs, slot, epoch)
    this.nextJson(check)
    this.nextJson(ok)
    this.causes()
    this.done(this.fleet.checked(nowMs, slot, epoch, check, ok))
  }

  timer(nowMs: number, kind: TimerKind, slot: number, epoch: number): void {
    this.begin("timer", nowMs)
    this.writer.waiting.number(kind)
    this.next(slot)
    this.next(epoch)
    this.causes()
    this.done(this.fleet.timer(nowMs, kind, slot, epoch))
  }

  rollout(nowMs: number, app: number, command: RolloutCommand): ReadonlyArray<RolloutRecord> {
    this.beginApp("rollout", nowMs, app)
    this.nextJson(command)
    this.causes()
    return this.done(this.fleet.rollout(nowMs, app, command))
  }

  private beginApp(input: InputName, atMs: number, app: number): void {
    this.begin(input, atMs)
    this.writer.waiting.number(app)
  }

  stopRunner(nowMs: number, slot: number, epoch: number, replaceFirst: boolean): void {
    this.beginRef("stopRunner", nowMs, slot, epoch)
    this.nextJson(replaceFirst)
    this.causes()
    this.done(this.fleet.stopRunner(nowMs, slot, epoch, replaceFirst))
  }

  killRunner(nowMs: number, slot: number, epoch: number): void {
    this.beginRef("killRunner", nowMs, slot, epoch)
    this.causes()
    this.done(this.fleet.killRunner(nowMs, slot, epoch))
  }

  scale(nowMs: number, app: number, patch: ScalePatch): Result.Result<void, InvalidScaling> {
    this.beginApp("scale", nowMs, app)
    this.nextJson(patch)
    this.causes()
    return this.done(this.fleet.scale(nowMs, app, patch))
  }

  deploy(nowMs: number, app: number, command: DeployCommand): number {
    this.beginApp("deploy", nowMs, app)
    this.nextJson(command)
    this.causes()
    return this.done(this.fleet.deploy(nowMs, app, command))
  }

  setRevision(nowMs: number, app: number, revision: RevisionState, strategy: DeployStrategy): void {
    this.beginApp("setRevision", nowMs, app)
    this.nextJson(revision)
    this.nextJson(strategy)
    this.causes()
    this.done(this.fleet.setRevision(nowMs, app, revision, strategy))
  }

  secretChanged(nowMs: number, app: number): void {
    this.beginApp("secretChanged", nowMs, app)
    this.causes()
    this.done(this.fleet.secretChanged(nowMs, app))
  }

  setCapacity(nowMs: number, team: string, machineType: string, limit: number | null): void {
    this.begin("setCapacity", nowMs)
    this.json(team)
    this.nextJson(machineType)
    this.nextJson(limit)
    this.causes()
    this.done(this.fleet.setCapacity(nowMs, team, machineType, limit))
  }

  flush(nowMs: number, app: number, numbers: ReadonlyArray<number> | null): number {
    this.beginApp("flush", nowMs, app)
    this.nextJson(numbers)
    this.causes()
    return this.done(this.fleet.flush(nowMs, app, numbers))
  }

  holdQueues(nowMs: number): void {
    this.begin("holdQueues", nowMs)
    this.causes()
    this.done(this.fleet.holdQueues(nowMs))
  }

  killRevision(nowMs: number, app: number, revision: number): boolean {
    this.beginApp("killRevision", nowMs, app)
    this.nextJson(revision)
    this.causes()
    return this.done(this.fleet.killRevision(nowMs, app, revision))
  }

  deleteApp(nowMs: number, app: number): void {
    this.beginApp("deleteApp", nowMs, app)
    this.causes()
    this.done(this.fleet.deleteApp(nowMs, app))
  }
}

/** What a submission says, in the order of the format, and nothing else that may hang on the object. */
const inOrder = (submission: Submission): Submission => {
  const { hint, kind, low, maxQueueLength, noRetry, retryConfig, startTimeoutMs } = submission
  return { kind, low, startTimeoutMs, maxQueueLength, noRetry, retryConfig, hint }
}
