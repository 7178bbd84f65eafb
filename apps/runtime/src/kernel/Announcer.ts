/** Told that something about these may look different now; the event stream collects and sends them. */
export interface Listener {
  readonly runner: (id: string) => void
  readonly app: (id: string) => void
  readonly rollout: (id: string) => void
}

/** Where changes are announced. */
export class Announcer implements Listener {
  private readonly listeners = new Set<Listener>()

  listen(listener: Listener): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  runner(id: string): void {
    for (const listener of this.listeners) listener.runner(id)
  }

  app(id: string): void {
    for (const listener of this.listeners) listener.app(id)
  }

  rollout(id: string): void {
    for (const listener of this.listeners) listener.rollout(id)
  }
}
