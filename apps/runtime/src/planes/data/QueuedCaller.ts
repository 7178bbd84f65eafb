import type { Caller } from "../../kernel/LiveRequest.ts"

/** Nobody holds a connection open: the result is kept, and whoever watches its status is told of changes. */
export class QueuedCaller implements Caller {
  /** Null until somebody watches: most are never watched, and they are many. */
  private listeners: Set<() => void> | null = null

  listen(listener: () => void): () => void {
    const listeners = (this.listeners ??= new Set())
    listeners.add(listener)
    return () => listeners.delete(listener)
  }

  private changed(): void {
    if (this.listeners !== null) for (const listener of this.listeners) listener()
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

  /** Whoever watches reads it from disk, where it is soon. */
  settled(): void {}

  kept(): void {
    this.changed()
  }
}

export const isQueuedCaller = (caller: Caller): caller is QueuedCaller => caller instanceof QueuedCaller
