import type { FleetState } from "@ebb/core/fleet/FleetState"
import { Context, Effect, Layer } from "effect"
import { Kernel } from "../kernel/Kernel.ts"
import type { LiveApp, LiveRevision } from "../kernel/LiveApp.ts"
import { Catalog, type CatalogStore, type StoredApp } from "../store/CatalogStore.ts"

/** What of an app can be changed, as it is kept. */
type Changes = Partial<Pick<StoredApp, "auth" | "regions" | "revision" | "scaling" | "settings">>

/** Writes apps and revisions down. */
export class AppWriter {
  private readonly catalog: CatalogStore
  private readonly state: FleetState

  constructor(catalog: CatalogStore, state: FleetState) {
    this.catalog = catalog
    this.state = state
  }

  /** An app with what is in force, or will be with these changes: they are written before they are made. */
  app(app: LiveApp, changes: Changes = {}): void {
    const { auth, env, id, name, regions, team } = app
    const { revision, scaling, settings } = this.state.apps[app.slot]!
    const current = app.numbered(revision.number).id
    this.catalog.saveApp({ id, team, env, name, auth, regions, revision: current, scaling, settings, ...changes })
  }

  revision(app: LiveApp, { createdAtMs, files, folder, id, said, spec, state }: LiveRevision): void {
    this.catalog.saveRevision({ id, app: app.id, spec, files, said, folder, state, createdAtMs })
  }
}

export class AppRecords extends Context.Service<AppRecords, AppWriter>()("@ebb/runtime/control/AppRecords") {
  static readonly layer = Layer.effect(
    AppRecords,
    Effect.zipWith(Catalog, Kernel, (catalog, { state }) => new AppWriter(catalog, state))
  )
}
