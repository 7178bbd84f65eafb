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
  private readonly make: (slot: number) => A

  constructor(make: (slot: number) => A) {
    this.make = make
  }

  take(): A {
    const used = this.free.pop()
    if (used !== undefined) return used
    const made = this.make(this.all.length)
    this.all.push(made)
    return made
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
