import type { ScalePatch as FleetPatch } from "@ebb/core/fleet/Scale"
import { queueSize as sizeOf } from "@ebb/core/fleet/Intake"
import { machineTypes } from "@ebb/core/domain/Machine"
import { settings, settingsWith } from "@ebb/core/domain/Settings"
import { RequestKind } from "@ebb/core/tables/Request"
import type { ScalePatch } from "@ebb/protocol/rest/Shapes"
import { nearest } from "@ebb/text/Suggestion"
import { Effect, Result } from "effect"
import type { Sandbox } from "../Sandbox.ts"
import type { LiveApp } from "../kernel/LiveApp.ts"
import { machineTypeOf } from "../kernel/LiveWorld.ts"
import * as Find from "./Find.ts"
import type { Principal } from "./Principal.ts"
import { notFound, type Refused, refuse } from "./Refused.ts"
import * as Views from "./Views.ts"

interface Place {
  readonly app: string
  readonly env?: string | undefined
}

export const list = Effect.fn("apps.list")(function* (sandbox: Sandbox, principal: Principal, env: string | undefined) {
  const wanted = env === undefined ? null : yield* Find.environment(sandbox, principal, env)
  return sandbox.apps.of(principal.team, wanted).map((app) => Views.appInfo(sandbox, app))
})

/** Newest first; of one app by its name. */
export const revisions = Effect.fn("apps.revisions")(function* (
  sandbox: Sandbox,
  principal: Principal,
  filter: Partial<Place>
) {
  const app = filter.app === undefined ? null : yield* Find.app(sandbox, principal, filter.app, filter.env)
  const apps =
    app === null ? sandbox.apps.all.filter(({ forgotten, team }) => !forgotten && team === principal.team) : [app]
  const inEnv = apps.filter(({ env }) => filter.env === undefined || filter.env === "" || env === filter.env)
  const all = inEnv.flatMap((one) => one.revisions.map((revision) => ({ one, revision })))
  all.sort((a, b) => b.revision.createdAtMs - a.revision.createdAtMs)
  return all.map(({ one, revision }) => Views.revisionInfo(sandbox, one, revision))
})

const patchOf = (patch: ScalePatch): Effect.Effect<FleetPatch, Refused> => {
  const given = settingsWith({ isScaled: true })
    .map((key) => [key, patch[settings[key].wire]] as const)
    .filter(([, value]) => value !== undefined)
  const types = patch.machine_types ?? []
  const unknown = types.find((type) => !machineTypes.some((known) => known === type))
  if (unknown !== undefined) {
    const meant = nearest(unknown, machineTypes)
    const help = meant === null ? `known are ${machineTypes.join(", ")}` : `did you mean ${meant}?`
    return Effect.fail(refuse("INVALID_ARGUMENT", `machine_types: ${unknown} is no machine type; ${help}`))
  }
  const [first, ...others] = types
  return Effect.succeed({
    ...Object.fromEntries(given),
    ...(first === undefined ? {} : { machineTypes: [first, ...others] })
  })
}

/** In force at once, all of the patch or nothing (platform rule 11). */
export const scale = Effect.fn("apps.scale")(function* (
  sandbox: Sandbox,
  principal: Principal,
  place: Place,
  patch: ScalePatch
) {
  const app = yield* Find.app(sandbox, principal, place.app, place.env)
  const checked = yield* patchOf(patch)
  const done = sandbox.world.input((fleet, nowMs) => fleet.scale(nowMs, app.slot, checked))
  if (Result.isFailure(done)) return yield* refuse("INVALID_ARGUMENT", done.failure.message)
  if (patch.valid_regions !== undefined && patch.valid_regions.length > 0) app.regions = patch.valid_regions
  sandbox.saveApp(app)
  sandbox.announcer.app(app.id)
  return Views.appInfo(sandbox, app)
})

/** The app is gone at once; its runners are stopped gracefully (platform rule 11). */
export const removeApp = (sandbox: Sandbox, app: LiveApp): string => {
  const { revision } = Views.appInfo(sandbox, app)
  sandbox.world.input((fleet, nowMs) => fleet.deleteApp(nowMs, app.slot))
  app.deleted = true
  sandbox.catalog.deleteApp(app.id)
  sandbox.announcer.app(app.id)
  return revision
}

export const remove = Effect.fn("apps.delete")(function* (sandbox: Sandbox, principal: Principal, place: Place) {
  const app = yield* Find.app(sandbox, principal, place.app, place.env)
  return { alias: app.alias, revision: removeApp(sandbox, app) }
})

/** Refused for a current revision; what runs of another one is killed (platform rule 11). */
export const removeRevision = Effect.fn("revisions.delete")(function* (
  sandbox: Sandbox,
  { team }: Principal,
  id: string
) {
  const found = sandbox.apps.revision(team, id)
  if (found === null) return yield* notFound(`Revision '${id}' not found`)
  const { app, revision } = found
  const state = sandbox.fleet.state.apps[app.slot]!
  if (!app.deleted && state.revision.number === revision.inFleet.number) {
    return yield* refuse(
      "FAILED_PRECONDITION",
      `Revision '${id}' is the current one of '${app.alias}'; set another first`
    )
  }
  sandbox.world.input((fleet, nowMs) => {
    for (const runner of sandbox.world.runners.all()) {
      if (runner.revision === revision && runner.endedAtMs === null) fleet.killRunner(nowMs, runner.slot, runner.epoch)
    }
  })
  sandbox.catalog.deleteRevision(id)
  app.revisions = app.revisions.filter((other) => other !== revision)
})

/** Queued requests that wait, retry back-off included, and how many of each caller. */
export const queueSize = Effect.fn("queue.size")(function* (sandbox: Sandbox, principal: Principal, place: Place) {
  const app = yield* Find.app(sandbox, principal, place.app, place.env)
  const state = sandbox.fleet.state.apps[app.slot]!
  const byUser: Record<string, number> = {}
  for (const live of sandbox.world.requests.all()) {
    const request = sandbox.fleet.state.requests.all[live.slot]!
    if (live.app !== app || live.kind !== RequestKind.queued || request.runner !== null) continue
    const caller = live.callerId ?? ""
    byUser[caller] = (byUser[caller] ?? 0) + 1
  }
  return { size: sizeOf(state), by_user: byUser }
})

export const flushQueue = Effect.fn("queue.flush")(function* (
  sandbox: Sandbox,
  principal: Principal,
  place: Place,
  callerId: string | null
) {
  const app = yield* Find.app(sandbox, principal, place.app, place.env)
  const open = sandbox.world.requests.all().filter((live) => live.app === app && live.callerId === callerId)
  const numbers = callerId === null ? null : open.map((live) => live.number)
  return sandbox.world.input((fleet, nowMs) => fleet.flush(nowMs, app.slot, numbers))
})

/** GPUs in use by machine type: those of runners that hold a machine. */
export const gpus = Effect.fn("gpus")(function* (sandbox: Sandbox, principal: Principal, place: Partial<Place>) {
  const app = place.app === undefined ? null : yield* Find.app(sandbox, principal, place.app, place.env)
  const apps = app === null ? sandbox.apps.of(principal.team) : [app]
  const counts: Record<string, number> = {}
  for (const one of apps) addGpus(sandbox, one, counts)
  return { gpus: counts, total: Object.values(counts).reduce((sum, count) => sum + count, 0) }
})

const addGpus = (sandbox: Sandbox, app: LiveApp, counts: Record<string, number>): void => {
  const state = sandbox.fleet.state.apps[app.slot]!
  for (let runner = state.firstRunner; runner !== null; runner = runner.next) {
    const type = machineTypeOf(runner)
    if (runner.granted && type.startsWith("GPU-")) counts[type] = (counts[type] ?? 0) + runner.revision.settings.gpus
  }
}
