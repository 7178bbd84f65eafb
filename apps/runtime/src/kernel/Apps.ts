import { Context, Layer } from "effect"
import type { LiveApp, LiveRevision, NamedApp } from "./LiveApp.ts"

/** Where an app stands: at most one that is not deleted has a place. */
export const placeOf = (team: string, env: string, name: string): string => `${team}/${env}/${name}`

/** The apps of the sandbox that are not deleted, and the revisions of all. */
export class KnownApps {
  readonly all: Array<LiveApp> = []
  /** Deleted before this run of the sandbox: their results and their ledger are still there to be read. */
  readonly former: Array<NamedApp> = []
  /** By team, environment and name: at most one of those is not deleted, the newest. */
  private readonly byPlace = new Map<string, LiveApp>()

  add(app: LiveApp): void {
    this.all.push(app)
    this.byPlace.set(placeOf(app.team, app.env, app.name), app)
  }

  of(team: string, env: string | null = null): ReadonlyArray<LiveApp> {
    return this.all.filter((app) => !app.deleted && app.team === team && (env === null || app.env === env))
  }

  at(place: string): LiveApp | null {
    const app = this.byPlace.get(place)
    return app === undefined || app.deleted ? null : app
  }

  byId(id: string): LiveApp | null {
    return this.all.find((app) => app.id === id) ?? null
  }

  /** That app, deleted ones included. */
  ever(id: string): NamedApp | null {
    return this.byId(id) ?? this.former.find((app) => app.id === id) ?? null
  }

  /** A revision of the team that is still listed. */
  revision(team: string, id: string): { readonly app: LiveApp; readonly revision: LiveRevision } | null {
    for (const app of this.all) {
      if (app.team !== team) continue
      const revision = app.revisions.find((candidate) => candidate.id === id)
      if (revision !== undefined) return { app, revision }
    }
    return null
  }
}

export class Apps extends Context.Service<Apps, KnownApps>()("@ebb/runtime/kernel/Apps") {
  static readonly layer = Layer.sync(Apps, () => new KnownApps())
}
