import type { Caller } from "../../kernel/LiveRequest.ts"

/** Nobody holds a connection open: the result is kept, and whoever watches its status is told of changes. */
export class QueuedCaller implements Caller {
  private readonly listeners = new Set<() => void>()

  listen(listener: () => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  private changed(): void {
    for (const listener of this.listeners) listener()
  }

  sent(): void {
    this.changed()
  }

  begin(): null {
    return null
  }

  retried(): void {
    this.changed()
  }

  settled(): void {
    this.changed()
  }
}

export const isQueuedCaller = (caller: Caller): caller is QueuedCaller => caller instanceof QueuedCaller
