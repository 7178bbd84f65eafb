import { Context, Effect, Layer } from "effect"
import { Apps } from "../kernel/Apps.ts"
import { Kernel } from "../kernel/Kernel.ts"
import { Watching } from "../kernel/Watchers.ts"
import { Sqlite } from "../store/Database.ts"
import { AppRecords } from "./AppRecords.ts"
import * as TeamCapacity from "./TeamCapacity.ts"

type How = "switched" | "aborted"

/** Deploys under way: who waits for one to switch or to be given up, by revision. */
export class WaitingDeploys {
  private readonly waiting = new Map<string, (how: How) => void>()

  /** Resolves when it is decided. `take`: what comes into force with the revision, before that is written down. */
  whenDecided(revision: string, take: () => void): Promise<How> {
    return new Promise((resolve) => {
      this.waiting.set(revision, (how) => {
        this.waiting.delete(revision)
        if (how === "switched") take()
        resolve(how)
      })
    })
  }

  decided(revision: string, how: How): void {
    this.waiting.get(revision)?.(how)
  }
}

/** Every deploy that is decided is told to whoever waits for it, and written down. */
export class Deploys extends Context.Service<Deploys, WaitingDeploys>()("@ebb/runtime/control/Deploys") {
  static readonly layer = Layer.effect(
    Deploys,
    Effect.gen(function* () {
      const records = yield* AppRecords
      const database = yield* Sqlite
      const watchers = yield* Watching
      const kernel = yield* Kernel
      const apps = yield* Apps
      const deploys = new WaitingDeploys()
      watchers.add({
        deployChanged: (app, { number }, how) => {
          const revision = app.numbered(number)
          revision.state = how === "switched" ? "ready" : "failed"
          deploys.decided(revision.id, how)
          // The Fleet is still about its input: what comes into force with the rest of that is written too.
          queueMicrotask(() => {
            TeamCapacity.update(kernel, apps, app.team)
            database.eventually(() =>
              database.transaction(() => {
                records.revision(app, revision)
                records.app(app)
              })
            )
          })
        }
      })
      return deploys
    })
  )
}
