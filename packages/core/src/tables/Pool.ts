/** What a pool hands out: its place never changes, its epoch tells its present use from earlier ones. */
export interface Pooled {
  readonly slot: number
  epoch: number
}

/** Records that are used again, so that finished ones leave nothing behind; a slot is dense and stable. */
export class Pool<A extends Pooled> {
  /** Every record there is, in use or not. */
  readonly all: Array<A> = []
  private readonly free: Array<A> = []

  /** One that was used before, or null: then the next slot is to be had. */
  take(): A | null {
    return this.free.pop() ?? null
  }

  /** The slot of the next record to be added. */
  get nextSlot(): number {
    return this.all.length
  }

  add(record: A): A {
    this.all.push(record)
    return record
  }

  /** Gives a record back; whoever still holds its epoch holds nothing. */
  release(record: A): void {
    record.epoch++
    this.free.push(record)
  }

  /** The record at a slot, or null when that epoch is over. */
  find(slot: number, epoch: number): A | null {
    const record = this.all[slot]
    return record !== undefined && record.epoch === epoch ? record : null
  }

  /** How many records are in use. */
  get size(): number {
    return this.all.length - this.free.length
  }
}
