import type { App, Revision } from "@ebb/core/domain/App"
import * as Profile from "@ebb/sim/world/Profile"
import * as Random from "@ebb/sim/workload/Random"
import * as Spec from "@ebb/sim/spec/Spec"
import type { SpecError } from "@ebb/sim/spec/SpecError"
import type { DeploySaid } from "@ebb/protocol/rest/Shapes"
import type { SpecText } from "@ebb/sim/spec/SpecSchema"
import { Effect, Result } from "effect"
import { readFileSync } from "node:fs"
import { resolve } from "node:path"
import { Announcing } from "../kernel/Announcer.ts"
import { Apps } from "../kernel/Apps.ts"
import { Kernel } from "../kernel/Kernel.ts"
import { Processes } from "../kernel/Processes.ts"
import { Catalog, type StoredApp, type StoredRevision } from "../store/CatalogStore.ts"
import { Sqlite } from "../store/Database.ts"
import { AppRecords } from "./AppRecords.ts"
import * as KeptSettings from "./KeptSettings.ts"
import * as TeamCapacity from "./TeamCapacity.ts"
import { LiveApp, type LiveRevision, NamedApp } from "../kernel/LiveApp.ts"
import { StartTimes } from "../kernel/StartTimes.ts"

/** The texts of files that a spec names, by their path in it. */
export type Files = Readonly<Record<string, string>>

/** A spec with the files that its runners are drawn from. */
export interface Complete {
  readonly spec: Spec.RehearsalSpec
  readonly files: Files
}

/** Reads what came with a spec. A sandbox opens no file because a spec says so: it might come from anybody. */
const readFrom = (files: Files) => (path: string) => {
  const text = Object.hasOwn(files, path) ? files[path] : undefined
  if (text === undefined) throw new Error("its content did not come with the spec")
  return text
}

/** Decodes a spec as it was written. */
export const parse = (text: string, file: string, files: Files): Result.Result<Complete, SpecError> =>
  read(text, file, readFrom(files))

/** The same for a spec of the user who started this process: its paths start in `folder`. */
export const parseOwn = (text: string, file: string, folder: string): Result.Result<Complete, SpecError> =>
  read(text, file, (path) => readFileSync(resolve(folder, path), "utf8"))

const read = (text: string, file: string, readFile: (path: string) => string): Result.Result<Complete, SpecError> => {
  const files: Record<string, string> = {}
  const noting = (path: string) => (files[path] = readFile(path))
  return Result.map(Spec.parse(text, { file, isLive: true, readFile: noting }), (spec) => ({ spec, files }))
}

/** Where a revision comes from. */
export interface Origin {
  /** Where relative paths of its runner's command start. */
  readonly folder: string
  readonly said: DeploySaid | null
}

interface Identity {
  readonly id: string
  readonly createdAtMs: number
  readonly state: LiveRevision["state"]
}

/** A revision of a spec, which the Fleet knows by `number`. */
export const make = (
  processes: Processes["Service"],
  { files, spec }: Complete,
  { folder, said }: Origin,
  number: number,
  identity: Identity,
  settings: Revision = spec.app.revision
): LiveRevision => {
  const source = { spec: liveParts(spec.text), folder }
  return {
    ...identity,
    ...source,
    files,
    said,
    scaling: spec.app.scaling,
    prices: spec.prices,
    profile: Profile.make(spec.runner, spec.faults, Random.make(spec.run.seed)),
    processes: processes.of(source),
    problem: null,
    startTimes: new StartTimes(),
    inFleet: { number, settings }
  }
}

/** What a sandbox takes from a spec: files that only a rehearsal reads may go without stopping it. */
const liveParts = ({ rollouts: _, run, traffic: __, ...parts }: SpecText): SpecText =>
  run?.seed === undefined ? parts : { ...parts, run: { seed: run.seed } }

interface Decoded {
  readonly spec: Spec.RehearsalSpec
  /** Why its runners cannot be played: a file that they are drawn from was not kept, as by an earlier version. */
  readonly problem: string | null
}

const decoded = (stored: StoredRevision): Decoded => {
  const source = { file: stored.folder, readFile: readFrom(stored.files) }
  const text = liveParts(stored.spec)
  const read = Spec.fromJson(text, source)
  if (Result.isSuccess(read)) return { spec: read.success, problem: null }
  const kept = KeptSettings.specWithin(text)
  const { faults: _, runner: __, ...others } = kept
  const readKept = Spec.fromJson(kept, source)
  if (Result.isSuccess(readKept)) return { spec: { ...readKept.success, text }, problem: null }
  const spec = Result.getOrThrow(Spec.fromJson(others, source))
  return { spec: { ...spec, text }, problem: read.failure.message }
}

const fromStored = (
  processes: Processes["Service"],
  stored: StoredRevision,
  number: number,
  settings?: Revision
): LiveRevision => {
  const { problem, spec } = decoded(stored)
  const identity = { id: stored.id, createdAtMs: stored.createdAtMs, state: stored.state }
  const revision = make(processes, { spec, files: stored.files }, stored, number, identity, settings)
  if (problem === null) return revision
  return { ...revision, profile: { ...revision.profile, setupFails: () => true }, problem }
}

/** Brings apps back after a restart. None runs before all are known: they share the machines of their team. */
export const restore = Effect.fnUntraced(function* (stored: ReadonlyArray<StoredApp>) {
  const known = yield* Apps
  const restored = yield* Effect.forEach(stored, appOf)
  for (const { app } of restored) known.add(app)
  for (const { app, settings } of restored) yield* begin(app, settings)
})

/** An app with the scaling and the settings that were in force. */
const appOf = Effect.fnUntraced(function* (stored: StoredApp, index: number) {
  const { auth, env, id, name, regions, team } = stored
  const scaling = KeptSettings.within(name, stored.scaling)
  const settings = KeptSettings.within(name, stored.settings)
  const { state } = yield* Kernel
  const processes = yield* Processes
  const app = new LiveApp({ id, slot: state.apps.length + index, team, env, name, auth })
  app.regions = regions
  let earlier = 0
  const restored = (revision: StoredRevision): LiveRevision => {
    if (revision.id === stored.revision) return fromStored(processes, revision, 1, settings)
    // The Fleet counts revisions from 1 in each run; those from before have the numbers below.
    const state = revision.state === "rolling" ? "failed" : revision.state
    return fromStored(processes, { ...revision, state }, earlier--)
  }
  for (const revision of (yield* Catalog).revisions(id)) app.revisions.push(restored(revision))
  return { app, settings: { team, env, name, scaling, revision: settings } }
})

/** A revision that is listed no more: its runners of the last day still name it. */
export const former = Effect.fnUntraced(function* (app: string, id: string) {
  const catalog = yield* Catalog
  const all = [...catalog.revisions(app), ...catalog.revisions(app, "deleted")]
  const stored = all.find((one) => one.id === id)
  return stored === undefined ? null : fromStored(yield* Processes, stored, 0)
})

/** An app that was deleted earlier is no part of the Fleet any more. */
export const restoreDeleted = Effect.fnUntraced(function* ({ auth, env, id, name, team }: StoredApp) {
  const app = new NamedApp({ id, team, env, name, auth })
  app.deleted = true
  const apps = yield* Apps
  apps.former.push(app)
})

/** Makes an app of its first revision. */
export const createApp = Effect.fnUntraced(function* (
  { regions, ...fields }: Pick<LiveApp, "team" | "env" | "name" | "auth" | "regions">,
  complete: Complete,
  origin: Origin
) {
  const { spec } = complete
  const { state } = yield* Kernel
  const app = new LiveApp({ id: crypto.randomUUID(), slot: state.apps.length, ...fields })
  const identity = { id: crypto.randomUUID(), createdAtMs: Date.now(), state: "ready" } as const
  const revision = make(yield* Processes, complete, origin, 1, identity)
  app.regions = regions
  app.revisions.push(revision)
  const { env, name, team } = fields
  const { revision: settings, scaling } = spec.app
  const catalog = yield* Catalog
  const records = yield* AppRecords
  const database = yield* Sqlite
  database.transaction(() => {
    catalog.saveApp({ ...app, revision: revision.id, scaling, settings })
    records.revision(app, revision)
  })
  ;(yield* Apps).add(app)
  yield* begin(app, { team, env, name, scaling, revision: settings })
  return app
})

/** From here on the Fleet runs it: it may start runners at once. */
const begin = Effect.fnUntraced(function* (app: LiveApp, settings: App) {
  const { world } = yield* Kernel
  const announcer = yield* Announcing
  world.apps[app.slot] = app
  yield* TeamCapacity.updated(app.team)
  world.input((fleet, nowMs) => fleet.addApp(nowMs, settings))
  announcer.app(app.id)
})
