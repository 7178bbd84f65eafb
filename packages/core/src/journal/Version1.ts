import { TimerKind } from "../fleet/FleetPort.ts"
import type { InputName } from "./RecordedFleet.ts"
import { RecordingPort } from "./RecordingPort.ts"

/** In version 1 the worlds kept the time of regular health checks: the Fleet asked for no timer. */
export class PortOfVersion1 extends RecordingPort {
  override wake(kind: TimerKind, slot: number, epoch: number, atMs: number): void {
    if (kind !== TimerKind.health) super.wake(kind, slot, epoch, atMs)
  }
}

type Arguments = ReadonlyArray<unknown>
type Fields = Readonly<Record<string, unknown>>

const isFields = (value: unknown): value is Fields => typeof value === "object" && value !== null

/** -1 stood for none. */
const orNull = (value: unknown): unknown => (value === -1 ? null : value)
/** 1 stood for yes, 0 for no. */
const flag = (value: unknown): unknown => (value === -1 ? null : value === 1)

const submission = (value: unknown): unknown =>
  isFields(value)
    ? { ...value, startTimeoutMs: orNull(value["startTimeoutMs"]), maxQueueLength: orNull(value["maxQueueLength"]) }
    : value

const control = (value: unknown): unknown =>
  isFields(value) ? { ...value, needsRetry: flag(value["needsRetry"]), stopRunner: flag(value["stopRunner"]) } : value

const readers: Partial<Record<InputName, (args: Arguments) => Arguments>> = {
  submit: ([app, what, ...others]) => [app, submission(what), ...others],
  resume: ([app, what, ...others]) => [app, submission(what), ...others],
  cancel: ([slot, number, how]) => [slot, number, how === 2 ? "disconnected" : "cancelled"],
  answer: (args) => (args.length < 4 ? args : [...args.slice(0, 3), control(args[3])])
}

/** The arguments of an input as they are today. */
export const argumentsOf = (input: InputName, args: Arguments): Arguments => readers[input]?.(args) ?? args
