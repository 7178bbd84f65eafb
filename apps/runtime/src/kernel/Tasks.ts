import { EventQueue } from "@ebb/sim/world/EventQueue"

/** Events of Fleet time that come to pass by themselves: a simulated world, the Fleet's own timers. */
export interface Timeline {
  /** When its next event is due in Fleet milliseconds, Infinity when there is none. */
  readonly nextMs: number
  /** Runs that event, at its time. */
  readonly step: (atMs: number) => void
}

/** What was asked to be called back, each at its Fleet time. */
export class Tasks implements Timeline {
  private readonly queue = new EventQueue()
  private readonly callbacks = new Map<number, (atMs: number) => void>()
  private made = 0

  /** The answer takes it back. */
  add(atMs: number, run: (atMs: number) => void): () => void {
    const id = ++this.made
    this.callbacks.set(id, run)
    this.queue.push(atMs, 0, 0, id)
    return () => this.callbacks.delete(id)
  }

  get nextMs(): number {
    return this.queue.nextMs
  }

  step(atMs: number): void {
    this.queue.pop()
    const run = this.callbacks.get(this.queue.epoch)
    this.callbacks.delete(this.queue.epoch)
    run?.(atMs)
  }
}
