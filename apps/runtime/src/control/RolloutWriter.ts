import { Effect } from "effect"
import type { RolloutRecord } from "@ebb/core/tables/Records"
import * as Turns from "../kernel/Turns.ts"

/** Puts a report into words, with a pause wherever others may have their turn; the answer writes it down. */
export type Steps = (record: RolloutRecord) => Generator<undefined, () => void>

/** A rollout to be written down, and who waits for that. */
interface Wanted {
  readonly record: RolloutRecord
  readonly waiting: Array<PromiseWithResolvers<void>>
}

/** Writes rollouts down: those of few runners at once, those of many a part in each turn of the event loop, one after another. */
export class RolloutWriter {
  private readonly steps: Steps
  /** Does it now or, where the disk refuses, as soon as that takes it. */
  private readonly eventually: (write: () => void) => void
  private readonly wanted = new Map<RolloutRecord, Wanted>()
  /** The one that is being put into words. */
  private current: Wanted | null = null
  private isWriting = false
  private isClosed = false

  constructor(steps: Steps, eventually: (write: () => void) => void) {
    this.steps = steps
    this.eventually = eventually
  }

  private isSmall({ members }: RolloutRecord): boolean {
    return members.length <= Turns.portion || this.isClosed
  }

  /** Writes it down, now or soon, as it then stands; never fails. */
  note(record: RolloutRecord): void {
    if (this.isSmall(record)) this.eventually(() => this.write(record))
    else this.want(record)
  }

  /** Writes it down before it answers; dies where the disk refuses. */
  written(record: RolloutRecord): Effect.Effect<void> {
    return Effect.suspend(() => {
      if (this.isSmall(record)) return Effect.sync(() => this.write(record))
      const written = Promise.withResolvers<void>()
      this.want(record).waiting.push(written)
      return Effect.promise(() => written.promise)
    })
  }

  private write(record: RolloutRecord): void {
    const steps = this.steps(record)
    let step = steps.next()
    while (step.done !== true) step = steps.next()
    step.value()
  }

  private want(record: RolloutRecord): Wanted {
    const wanted = this.wanted.get(record) ?? { record, waiting: [] }
    this.wanted.set(record, wanted)
    if (!this.isWriting) void this.writeAll()
    return wanted
  }

  private async writeAll(): Promise<void> {
    this.isWriting = true
    try {
      for (const wanted of this.wanted.values()) {
        // Who asked may be in the middle of an input of the Fleet.
        await Turns.turn()
        if (this.isClosed) return
        this.wanted.delete(wanted.record)
        this.current = wanted
        await this.writeInTurns(wanted)
      }
    } finally {
      this.current = null
      this.isWriting = false
    }
  }

  private async writeInTurns({ record, waiting }: Wanted): Promise<void> {
    const steps = this.steps(record)
    let step = steps.next()
    for (; step.done !== true; step = steps.next()) await Turns.turn()
    await Turns.turn()
    if (this.isClosed) return
    const again = this.wanted.get(record)
    // It has changed meanwhile: its runners are from before, the rest from after.
    if (again !== undefined) return void again.waiting.push(...waiting)
    try {
      step.value()
      for (const { resolve } of waiting) resolve()
    } catch (error) {
      for (const { reject } of waiting) reject(error)
      this.eventually(step.value)
    }
  }

  /** Writes what is left at once; from now on each is. */
  close(): void {
    this.isClosed = true
    const left = new Set([...(this.current === null ? [] : [this.current]), ...this.wanted.values()])
    for (const { record, waiting } of left) {
      this.eventually(() => this.write(record))
      for (const { resolve } of waiting) resolve()
    }
    this.wanted.clear()
  }
}
