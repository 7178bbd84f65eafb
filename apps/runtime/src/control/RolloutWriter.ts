import type { RolloutRecord } from "@ebb/core/tables/Records"
import * as Turns from "../kernel/Turns.ts"

/** Puts a report into words, with a pause wherever others may have their turn; the answer writes it down. */
export type Steps = (record: RolloutRecord) => Generator<undefined, () => void>

/** Writes rollouts down: those of few runners at once, those of many a part in each turn of the event loop, one after another. */
export class RolloutWriter {
  private readonly steps: Steps
  /** Does it now or, where the disk refuses, as soon as that takes it. */
  private readonly eventually: (write: () => void) => void
  private readonly wanted = new Set<RolloutRecord>()
  /** The one that is being put into words. */
  private current: RolloutRecord | null = null
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
    if (this.isSmall(record)) return this.eventually(() => this.write(record))
    this.wanted.add(record)
    if (!this.isWriting) void this.writeAll()
  }

  private write(record: RolloutRecord): void {
    const steps = this.steps(record)
    let step = steps.next()
    while (step.done !== true) step = steps.next()
    step.value()
  }

  private async writeAll(): Promise<void> {
    this.isWriting = true
    try {
      for (const record of this.wanted) {
        // Who asked may be in the middle of an input of the Fleet.
        await Turns.turn()
        if (this.isClosed) return
        this.wanted.delete(record)
        this.current = record
        await this.writeInTurns(record)
      }
    } finally {
      this.current = null
      this.isWriting = false
    }
  }

  private async writeInTurns(record: RolloutRecord): Promise<void> {
    const steps = this.steps(record)
    let step = steps.next()
    for (; step.done !== true; step = steps.next()) await Turns.turn()
    await Turns.turn()
    if (this.isClosed) return
    // Where it has changed meanwhile, its runners are from before, the rest from after.
    if (!this.wanted.has(record)) this.eventually(step.value)
  }

  /** Writes what is left at once; from now on each is. */
  close(): void {
    this.isClosed = true
    const left = new Set([...(this.current === null ? [] : [this.current]), ...this.wanted])
    for (const record of left) this.eventually(() => this.write(record))
    this.wanted.clear()
  }
}
