import { Context, Effect, Layer } from "effect"
import type { LiveRequest } from "./LiveRequest.ts"
import { Watching } from "./Watchers.ts"

/** Told that something about these may look different now; the event stream collects and sends them. */
export interface Listener {
  readonly runner: (id: string) => void
  readonly app: (id: string) => void
  readonly rollout: (id: string) => void
}

/** Where changes are announced. */
export class Announcer implements Listener {
  private listeners: ReadonlyArray<Listener> = []

  listen(listener: Listener): () => void {
    this.listeners = [...this.listeners, listener]
    return () => {
      this.listeners = this.listeners.filter((other) => other !== listener)
    }
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

/** Says of what happens in the live world whose looks it changes. */
const announceAll = Effect.gen(function* () {
  const watchers = yield* Watching
  const announcer = new Announcer()
  const ofRequest = ({ app, runner }: LiveRequest): void => {
    if (runner !== null) announcer.runner(runner.id)
    announcer.app(app.id)
  }
  watchers.add({
    runnerChanged: ({ app, id }) => {
      announcer.runner(id)
      announcer.app(app.id)
    },
    sent: ofRequest,
    retried: ofRequest,
    settled: ofRequest,
    deployChanged: ({ id }) => announcer.app(id)
  })
  return announcer
})

export class Announcing extends Context.Service<Announcing, Announcer>()("@ebb/runtime/kernel/Announcing") {
  static readonly layer = Layer.effect(Announcing, announceAll)
}
