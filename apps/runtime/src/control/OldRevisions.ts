import { Effect } from "effect"
import { limits } from "../edge/Limits.ts"
import { Kernel } from "../kernel/Kernel.ts"
import type { LiveApp } from "../kernel/LiveApp.ts"
import { Catalog } from "../store/CatalogStore.ts"
import { Sqlite } from "../store/Database.ts"
import * as TeamCapacity from "./TeamCapacity.ts"

/** Forgets the oldest revisions of an app beyond those that are kept: none that is in force, takes over or has a runner alive. */
export const forget = Effect.fnUntraced(function* (app: LiveApp) {
  const over = app.revisions.length - limits.revisions
  if (over <= 0) return
  const { state, world } = yield* Kernel
  const catalog = yield* Catalog
  const database = yield* Sqlite
  const { revision, verifyingRevision } = state.apps[app.slot]!
  const alive = [...world.runners.all()].filter(({ endedAtMs }) => endedAtMs === null).map((live) => live.revision)
  const inUse = new Set([revision, verifyingRevision, ...alive.map(({ inFleet }) => inFleet)])
  const old = new Set(app.revisions.filter(({ inFleet }) => !inUse.has(inFleet)).slice(0, over))
  // The deploy that it makes room for has begun, whatever the disk says.
  database.eventually(() => database.transaction(() => old.forEach(({ id }) => catalog.deleteRevision(id))))
  app.revisions = app.revisions.filter((one) => !old.has(one))
  yield* TeamCapacity.updated(app.team)
})
