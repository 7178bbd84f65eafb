import { Context, Layer } from "effect"
import type { LiveWatcher } from "./World.ts"

type Told<Event extends keyof LiveWatcher> = Array<LiveWatcher[Event]>

/** Tells everybody who wants to know what happens in the live world, in the order in which they came. */
export class Watchers implements LiveWatcher {
  private readonly told: { readonly [Event in keyof LiveWatcher]: Told<Event> } = {
    runnerStarts: [],
    runnerChanged: [],
    sent: [],
    retried: [],
    settled: [],
    rolloutChanged: [],
    deployChanged: []
  }

  add(watcher: Partial<LiveWatcher>): void {
    for (const event of Object.keys(this.told)) this.addTo(event as keyof LiveWatcher, watcher)
  }

  private addTo<Event extends keyof LiveWatcher>(event: Event, watcher: Partial<LiveWatcher>): void {
    const tell = watcher[event]
    if (tell !== undefined) this.told[event].push(tell)
  }

  readonly runnerStarts: LiveWatcher["runnerStarts"] = (runner) => {
    for (const tell of this.told.runnerStarts) tell(runner)
  }

  readonly runnerChanged: LiveWatcher["runnerChanged"] = (runner, state) => {
    for (const tell of this.told.runnerChanged) tell(runner, state)
  }

  readonly sent: LiveWatcher["sent"] = (request, attempt) => {
    for (const tell of this.told.sent) tell(request, attempt)
  }

  readonly retried: LiveWatcher["retried"] = (request, retriesUsed) => {
    for (const tell of this.told.retried) tell(request, retriesUsed)
  }

  readonly settled: LiveWatcher["settled"] = (request, settled) => {
    for (const tell of this.told.settled) tell(request, settled)
  }

  readonly rolloutChanged: LiveWatcher["rolloutChanged"] = (rollout, how) => {
    for (const tell of this.told.rolloutChanged) tell(rollout, how)
  }

  readonly deployChanged: LiveWatcher["deployChanged"] = (app, revision, how) => {
    for (const tell of this.told.deployChanged) tell(app, revision, how)
  }
}

/** Where parts of the sandbox ask to be told. */
export class Watching extends Context.Service<Watching, Watchers>()("@ebb/runtime/kernel/Watching") {
  static readonly layer = Layer.sync(Watching, () => new Watchers())
}
