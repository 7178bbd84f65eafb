import type { App, Revision } from "@ebb/core/domain/App"
import * as Profile from "@ebb/sim/world/Profile"
import * as Random from "@ebb/sim/workload/Random"
import * as Spec from "@ebb/sim/spec/Spec"
import type { SpecError } from "@ebb/sim/spec/SpecError"
import type { SpecText } from "@ebb/sim/spec/SpecSchema"
import { Result } from "effect"
import { readFileSync } from "node:fs"
import { resolve } from "node:path"
import * as ProcessRunners from "../runners/process/ProcessRunners.ts"
import type { Sandbox } from "../Sandbox.ts"
import type { StoredApp, StoredRevision } from "../store/CatalogStore.ts"
import { LiveApp, type LiveRevision } from "../kernel/LiveApp.ts"
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

interface Identity {
  readonly id: string
  readonly createdAtMs: number
  readonly state: LiveRevision["state"]
}

/** A revision of a spec, which the Fleet knows by `number`. */
export const make = (
  sandbox: Sandbox,
  { files, spec }: Complete,
  folder: string,
  number: number,
  identity: Identity,
  settings: Revision = spec.app.revision
): LiveRevision => {
  const source = { spec: liveParts(spec.text), folder }
  return {
    ...identity,
    ...source,
    files,
    scaling: spec.app.scaling,
    prices: spec.prices,
    profile: Profile.make(spec.runner, spec.faults, Random.make(spec.run.seed)),
    processes: sandbox.options.allowProcesses ? ProcessRunners.of(sandbox, source) : null,
    problem: null,
    startTimes: new StartTimes(),
    inFleet: { number, settings }
  }
}

/** What a sandbox takes from a spec: files that only a rehearsal reads may go without stopping it. */
const liveParts = ({ rollouts: _, run, traffic: __, ...parts }: SpecText): SpecText =>
  run?.seed === undefined ? parts : { ...parts, run: { seed: run.seed } }

/** The GPUs that a spec says its team has, of the types that it names. */
export const limitCapacity = (sandbox: Sandbox, team: string, { capacity }: Spec.RehearsalSpec): void =>
  sandbox.world.input((fleet, nowMs) => {
    for (const [type, limit] of Object.entries(capacity ?? {})) fleet.setCapacity(nowMs, team, type, limit)
  })

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
  const { faults: _, runner: __, ...others } = text
  const spec = Result.getOrThrow(Spec.fromJson(others, source))
  return { spec: { ...spec, text }, problem: read.failure.message }
}

const fromStored = (sandbox: Sandbox, stored: StoredRevision, number: number, settings?: Revision): LiveRevision => {
  const { problem, spec } = decoded(stored)
  const identity = { id: stored.id, createdAtMs: stored.createdAtMs, state: stored.state }
  const revision = make(sandbox, { spec, files: stored.files }, stored.folder, number, identity, settings)
  if (problem === null) return revision
  return { ...revision, profile: { ...revision.profile, setupFails: () => true }, problem }
}

/** Brings an app back after a restart, with the scaling and the settings that were in force. */
export const restore = (sandbox: Sandbox, stored: StoredApp): LiveApp => {
  const { auth, env, id, name, regions, scaling, settings, team } = stored
  const app = new LiveApp({ id, slot: sandbox.nextSlot, team, env, name, auth })
  app.regions = regions
  let earlier = 0
  app.revisions = sandbox.catalog.revisions(id).map((revision) => {
    if (revision.id === stored.revision) {
      limitCapacity(sandbox, team, decoded(revision).spec)
      return fromStored(sandbox, revision, 1, settings)
    }
    // The Fleet counts revisions from 1 in each run; those from before have the numbers below.
    const state = revision.state === "rolling" ? "failed" : revision.state
    return fromStored(sandbox, { ...revision, state }, earlier--)
  })
  register(sandbox, app, { team, env, name, scaling, revision: settings })
  return app
}

/** An app that was deleted earlier is no part of the Fleet any more. */
export const restoreDeleted = (sandbox: Sandbox, { auth, env, id, name, team }: StoredApp): void => {
  const app = new LiveApp({ id, slot: -1, team, env, name, auth })
  app.deleted = true
  sandbox.apps.former.push(app)
}

/** Makes an app of its first revision. */
export const createApp = (
  sandbox: Sandbox,
  fields: Pick<LiveApp, "team" | "env" | "name" | "auth">,
  complete: Complete,
  folder: string
): LiveApp => {
  const { spec } = complete
  const app = new LiveApp({ id: crypto.randomUUID(), slot: sandbox.nextSlot, ...fields })
  const identity = { id: crypto.randomUUID(), createdAtMs: Date.now(), state: "ready" } as const
  const revision = make(sandbox, complete, folder, 1, identity)
  app.revisions.push(revision)
  const { env, name, team } = fields
  const { revision: settings, scaling } = spec.app
  sandbox.transaction(() => {
    sandbox.catalog.saveApp({ ...app, revision: revision.id, scaling, settings })
    sandbox.saveRevision(app, revision)
  })
  register(sandbox, app, { team, env, name, scaling, revision: settings })
  return app
}

/** From here on the Fleet runs it: it may start runners at once. */
const register = (sandbox: Sandbox, app: LiveApp, settings: App): void => {
  sandbox.world.apps[app.slot] = app
  sandbox.apps.add(app)
  sandbox.world.input((fleet, nowMs) => fleet.addApp(nowMs, settings))
  sandbox.announcer.app(app.id)
}
