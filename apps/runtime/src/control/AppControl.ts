import * as Scale from "@ebb/core/fleet/Scale"
import { queueSize as sizeOf } from "@ebb/core/fleet/Intake"
import * as Deploy from "@ebb/core/fleet/Deploy"
import * as Portions from "@ebb/core/fleet/Portions"
import { machineTypes } from "@ebb/core/domain/Machine"
import { names } from "@ebb/core/domain/Names"
import { settings, settingsWith } from "@ebb/core/domain/Settings"
import { RequestKind } from "@ebb/core/tables/RequestState"
import type { ScalePatch } from "@ebb/protocol/rest/Shapes"
import { nearest } from "@ebb/text/Suggestion"
import { Effect, Result } from "effect"
import * as Disk from "../edge/Disk.ts"
import { Announcing } from "../kernel/Announcer.ts"
import { Apps } from "../kernel/Apps.ts"
import { currentRevision } from "../kernel/CurrentRevision.ts"
import { Kernel } from "../kernel/Kernel.ts"
import { Queue } from "../store/QueueStore.ts"
import { Catalog } from "../store/CatalogStore.ts"
import { AppRecords } from "./AppRecords.ts"
import type { FleetState } from "@ebb/core/fleet/FleetState"
import type { LiveApp } from "../kernel/LiveApp.ts"
import type { LiveRequest } from "../kernel/LiveRequest.ts"
import { machineTypeOf } from "../kernel/MachineType.ts"
import * as Turns from "../kernel/Turns.ts"
import * as Find from "./Find.ts"
import type { Principal } from "./Principal.ts"
import { checkName, notFound, type Refused, refuse } from "./Refused.ts"
import * as TeamCapacity from "./TeamCapacity.ts"
import * as Views from "./Views.ts"

interface Place {
  readonly app: string
  readonly env?: string | undefined
}

export const list = Effect.fn("apps.list")(function* (principal: Principal, env: string | undefined) {
  const wanted = env === undefined ? null : yield* Find.environment(principal, env)
  const { state } = yield* Kernel
  return (yield* Apps).of(principal.team, wanted).map((app) => Views.appInfo(state, app))
})

/** Newest first; of one app by its name. */
export const revisions = Effect.fn("apps.revisions")(function* (principal: Principal, filter: Partial<Place>) {
  const app = filter.app === undefined ? null : yield* Find.app(principal, filter.app, filter.env)
  const { state } = yield* Kernel
  const known = yield* Apps
  const apps = app === null ? known.all.filter(({ forgotten, team }) => !forgotten && team === principal.team) : [app]
  const inEnv = apps.filter(({ env }) => filter.env === undefined || filter.env === "" || env === filter.env)
  const all = inEnv.flatMap((one) => one.revisions.map((revision) => ({ one, revision })))
  all.sort((a, b) => b.revision.createdAtMs - a.revision.createdAtMs)
  return all.map(({ one, revision }) => Views.revisionInfo(state, one, revision))
})

/** What the deploy in force told of its app, `openapi` and more. */
export const metadata = Effect.fn("apps.metadata")(function* (principal: Principal, place: Place) {
  const app = yield* Find.app(principal, place.app, place.env)
  const { said } = currentRevision((yield* Kernel).state, app)
  return said?.metadata ?? {}
})

const patchOf = (patch: ScalePatch): Effect.Effect<Scale.ScalePatch, Refused> => {
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
export const scale = Effect.fn("apps.scale")(function* (principal: Principal, place: Place, patch: ScalePatch) {
  const app = yield* Find.appForCommand(principal, place.app, place.env)
  const checked = yield* patchOf(patch)
  yield* Effect.forEach(patch.valid_regions ?? [], (region) => checkName(names.region, region), { discard: true })
  const { state, world } = yield* Kernel
  const records = yield* AppRecords
  const { valid_regions: regions = [] } = patch
  const done = world.input((fleet, nowMs) => {
    const inForce = fleet.state.apps[app.slot]!
    return Result.flatMap(Scale.check(inForce.scaling, checked), () => {
      records.app(app, { ...Scale.patched(inForce, checked), ...(regions.length === 0 ? {} : { regions }) })
      return fleet.scale(nowMs, app.slot, checked)
    })
  })
  if (Result.isFailure(done)) return yield* refuse("INVALID_ARGUMENT", done.failure.message)
  if (regions.length > 0) app.regions = regions
  const announcer = yield* Announcing
  announcer.app(app.id)
  return Views.appInfo(state, app)
})

/** An app that is deleted on disk is gone at once; its runners are stopped gracefully (platform rule 11). */
export const removeApp = Effect.fnUntraced(function* (app: LiveApp) {
  const { world } = yield* Kernel
  world.input((fleet, nowMs) => fleet.deleteApp(nowMs, app.slot))
  app.deleted = true
  app.latency.forget()
  yield* TeamCapacity.updated(app.team)
  const announcer = yield* Announcing
  announcer.app(app.id)
})

export const remove = Effect.fn("apps.delete")(function* (principal: Principal, place: Place) {
  const app = yield* Find.appForCommand(principal, place.app, place.env)
  const { revision } = Views.appInfo((yield* Kernel).state, app)
  const catalog = yield* Catalog
  catalog.deleteApp(app.id)
  yield* removeApp(app)
  return { alias: app.alias, revision }
})

/** Refused for a current revision; what runs of another one is killed (platform rule 11). */
export const removeRevision = Effect.fn("revisions.delete")(function* ({ team }: Principal, id: string) {
  const found = (yield* Apps).revision(team, id)
  if (found === null) return yield* notFound(`Revision '${id}' not found`)
  const { app, revision } = found
  const { state, world } = yield* Kernel
  const catalog = yield* Catalog
  const { number } = revision.inFleet
  const isDeleted = world.input((fleet, nowMs) => {
    if (Deploy.isCurrent(fleet.state.apps[app.slot]!, number)) return false
    catalog.deleteRevision(id)
    return fleet.killRevision(nowMs, app.slot, number)
  })
  if (!isDeleted) {
    const detail = `Revision '${id}' is the current one of '${app.alias}'; set another first`
    return yield* refuse("FAILED_PRECONDITION", detail)
  }
  app.revisions = app.revisions.filter((other) => other !== revision)
  yield* TeamCapacity.updated(team)
  yield* Effect.promise(() => stepOver(state, app))
})

/** Many runners are killed a portion at a time. */
const stepOver = async (state: FleetState, app: LiveApp): Promise<void> => {
  while (Portions.areLeft(state, state.apps[app.slot]!)) await Turns.turn()
}

const waits = (state: FleetState, { app, kind, number, slot }: LiveRequest, of: LiveApp): boolean => {
  const request = state.requests.all[slot]
  return app === of && kind === RequestKind.queued && request?.number === number && request.runner === null
}

/** Queued requests that wait, retry back-off included, and how many of each caller. */
export const queueSize = Effect.fn("queue.size")(function* (principal: Principal, place: Place) {
  const app = yield* Find.app(principal, place.app, place.env)
  const { state, world } = yield* Kernel
  const byUser: Record<string, number> = {}
  for (const live of world.requests.all()) {
    if (!waits(state, live, app)) continue
    const caller = live.callerId ?? ""
    byUser[caller] = (byUser[caller] ?? 0) + 1
  }
  return { size: sizeOf(state.apps[app.slot]!), by_user: byUser }
})

const flushedAtOnce = 200

/** All or nothing of each slice: that nobody wants these is on disk before they go, and many at once would keep everybody else waiting. */
export const flushQueue = Effect.fn("queue.flush")(function* (
  principal: Principal,
  place: Place,
  callerId: string | null
) {
  const app = yield* Find.app(principal, place.app, place.env)
  const { state, world } = yield* Kernel
  const queue = yield* Queue
  const caller = callerId === null ? null : yield* Find.callerNamed(callerId)
  const isMeant = (live: LiveRequest) => waits(state, live, app) && (caller === null || live.callerId === caller)
  const meant = world.requests.all().filter(isMeant)
  let flushed = 0
  for (let from = 0; from < meant.length; from += flushedAtOnce) {
    const slice = meant.slice(from, from + flushedAtOnce)
    try {
      flushed += world.input((fleet, nowMs) => {
        const waiting = slice.filter((live) => waits(state, live, app))
        queue.cancelAsked(waiting.map(({ id }) => id))
        const numbers = waiting.map(({ number }) => number)
        return fleet.flush(nowMs, app.slot, numbers)
      })
    } catch (error) {
      const problem = Disk.problemOf(error)
      if (problem === null || flushed === 0) throw error
      const detail = `${flushed} of ${meant.length} requests were flushed, then the sandbox could not write: ${problem}`
      return yield* refuse("UNAVAILABLE", `${detail}. The others wait on; flush again when there is room`)
    }
    yield* Effect.promise(() => new Promise(setImmediate))
  }
  return flushed
})

/** GPUs in use by machine type: those of runners that hold a machine. */
export const gpus = Effect.fn("gpus")(function* (principal: Principal, place: Partial<Place>) {
  const app = place.app === undefined ? null : yield* Find.app(principal, place.app, place.env)
  const { state } = yield* Kernel
  const apps = app === null ? (yield* Apps).of(principal.team) : [app]
  const counts: Record<string, number> = {}
  for (const one of apps) addGpus(state, one, counts)
  return { gpus: counts, total: Object.values(counts).reduce((sum, count) => sum + count, 0) }
})

const addGpus = (fleet: FleetState, app: LiveApp, counts: Record<string, number>): void => {
  const state = fleet.apps[app.slot]!
  for (let runner = state.firstRunner; runner !== null; runner = runner.next) {
    const type = machineTypeOf(runner)
    if (runner.granted && type.startsWith("GPU-")) counts[type] = (counts[type] ?? 0) + runner.revision.settings.gpus
  }
}
