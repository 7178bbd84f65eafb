import { names } from "@ebb/core/domain/Names"
import * as Deploy from "@ebb/core/fleet/Deploy"
import type { FleetState } from "@ebb/core/fleet/FleetState"
import type { AppInfo, AuthMode } from "@ebb/protocol/rest/Shapes"
import type { RehearsalSpec } from "@ebb/sim/spec/Spec"
import { Effect, Result } from "effect"
import { limits } from "../edge/Limits.ts"
import * as Revisions from "./Revisions.ts"
import { Announcing } from "../kernel/Announcer.ts"
import { Apps, placeOf } from "../kernel/Apps.ts"
import { Kernel } from "../kernel/Kernel.ts"
import { signalled } from "../kernel/Signals.ts"
import { Processes } from "../kernel/Processes.ts"
import { Sqlite } from "../store/Database.ts"
import { Directory } from "../store/DataDirectory.ts"
import * as AppFiles from "./AppFiles.ts"
import { AppRecords } from "./AppRecords.ts"
import * as DeployNotes from "./DeployNotes.ts"
import { Deploys } from "./Deploys.ts"
import type { LiveApp, LiveRevision } from "../kernel/LiveApp.ts"
import * as Find from "./Find.ts"
import * as OldRevisions from "./OldRevisions.ts"
import * as TeamCapacity from "./TeamCapacity.ts"
import type { Principal } from "./Principal.ts"
import { checkName, notFound, refuse, tooMany } from "./Refused.ts"
import * as Views from "./Views.ts"

export interface DeployRequest extends DeployNotes.Sayable {
  /** YAML or JSON. */
  readonly spec: string
  /** What to call the spec in an error. */
  readonly file?: string | undefined
  /** Where relative paths of a runner's command start. */
  readonly folder?: string | undefined
  /** The texts of the files that the spec names, by their path in it. */
  readonly files?: Revisions.Files | undefined
  readonly name?: string | undefined
  readonly env?: string | undefined
  readonly auth?: AuthMode | undefined
  readonly strategy?: Deploy.DeployStrategy | undefined
  readonly detached?: boolean | undefined
  readonly resetScale?: boolean | undefined
  /** Where its runners may be; kept and shown, and of no effect here. */
  readonly regions?: ReadonlyArray<string> | undefined
}

export interface Deployed {
  readonly app: AppInfo
  readonly revision: string
  readonly status: "deployed" | "rolling_out"
  /** Its verification runner has started; false where there was none. */
  readonly isVerified: boolean
}

export interface BuildRequest {
  readonly env: string | undefined
  readonly files: DeployNotes.Sayable["appFiles"]
}

/** Nothing is built here; what is missing is said before a client takes the build for done. */
export const build = Effect.fn("build")(function* (principal: Principal, { env, files = [] }: BuildRequest) {
  yield* Find.environment(principal, env)
  yield* AppFiles.check(principal, files)
})

/** The first deploy of a name makes the app, a later one a revision of it (platform rule 9). */
export const deploy = Effect.fn("deploy")(function* (principal: Principal, request: DeployRequest) {
  const { files = {} } = request
  if (bytesOf(files) > limits.specFilesBytes) return yield* refuse("INVALID_ARGUMENT", tooLarge)
  const parsed = Revisions.parse(request.spec, request.file ?? "spec", files)
  if (Result.isFailure(parsed)) return yield* refuse("INVALID_ARGUMENT", parsed.failure.message)
  return yield* deployComplete(principal, parsed.success, request)
})

const tooLarge = `The files of the spec are larger than ${limits.specFilesBytes / 2 ** 20} MiB together`

const bytesOf = (files: Revisions.Files): number =>
  Object.values(files).reduce((sum, text) => sum + Buffer.byteLength(text), 0)

/** The same for a spec that was read already. */
export const deployComplete = Effect.fnUntraced(function* (
  principal: Principal,
  complete: Revisions.Complete,
  request: Omit<DeployRequest, "spec" | "file" | "files">
) {
  const { spec } = complete
  const origin = { folder: request.folder ?? (yield* Directory).path, said: yield* DeployNotes.saidOf(request) }
  yield* AppFiles.check(principal, request.appFiles ?? [])
  yield* refuseProcesses(spec)
  const split = yield* Find.splitName(request.name ?? spec.app.name, request.env ?? spec.app.env)
  yield* checkName(names.app, split.name)
  const env = yield* Find.environment(principal, split.env)
  const kernel = yield* Kernel
  yield* Effect.forEach(request.regions ?? [], (region) => checkName(names.region, region), { discard: true })
  const place = placeOf(principal.team, env, split.name)
  const known = (yield* Apps).at(place)
  if (known !== null) yield* signalled(kernel.world, known.slot)
  const found = (yield* Apps).at(place)
  if (found !== null) return yield* redeploy(found, complete, origin, request)
  if ((yield* Apps).of(principal.team).length >= limits.apps) return yield* tooMany(limits.apps, "apps of this team")
  if (kernel.state.apps.length >= limits.appsOfARun) {
    return yield* tooMany(
      limits.appsOfARun,
      "apps in this run, with those that were deleted",
      "; start the sandbox anew"
    )
  }
  const auth = request.auth ?? spec.text.app?.auth ?? "private"
  const { regions = [] } = request
  const fields = { team: principal.team, env, name: split.name, auth, regions }
  const app = yield* Revisions.createApp(fields, complete, origin)
  return answer(kernel.state, app, app.revisions[0]!, { status: "deployed", isVerified: false })
})

const refuseProcesses = Effect.fnUntraced(function* ({ text }: RehearsalSpec) {
  const isProcess = text.runner?.command !== undefined || text.runner?.handler !== undefined
  if (!isProcess || (yield* Processes).areAllowed) return
  const detail = "runner.command and runner.handler are refused beyond loopback; start ebb up with --allow-processes"
  return yield* refuse("FAILED_PRECONDITION", detail)
})

const redeploy = Effect.fnUntraced(function* (
  app: LiveApp,
  complete: Revisions.Complete,
  origin: Revisions.Origin,
  request: Pick<DeployRequest, "auth" | "strategy" | "detached" | "regions" | "resetScale">
) {
  const { spec } = complete
  const { state, world } = yield* Kernel
  const inFleet = state.apps[app.slot]!
  const currentBefore = inFleet.revision
  const strategy = request.strategy ?? "rolling"
  const detached = request.detached ?? false
  const isVerified = Deploy.isVerifiedFirst({ strategy, detached })
  const revision = Revisions.make(yield* Processes, complete, origin, state.apps[app.slot]!.revisionsMade + 1, {
    id: crypto.randomUUID(),
    createdAtMs: Date.now(),
    state: isVerified ? "rolling" : "ready"
  })
  const records = yield* AppRecords
  const database = yield* Sqlite
  const scaling = request.resetScale === true ? spec.app.scaling : null
  const { auth = app.auth } = request
  const regions = request.regions?.length ? request.regions : app.regions
  // One that the disk does not take is none.
  database.transaction(() => {
    records.revision(app, revision)
    records.app(app, {
      regions,
      ...(isVerified ? {} : { auth, revision: revision.id, ...Deploy.switched(inFleet, spec.app.revision, scaling) })
    })
  })
  app.regions = regions
  app.revisions.push(revision)
  yield* TeamCapacity.updated(app.team)
  const deploys = yield* Deploys
  const decided = deploys.whenDecided(revision.id, () => (app.auth = request.auth ?? app.auth))
  world.input((fleet, nowMs) =>
    fleet.deploy(nowMs, app.slot, { revision: spec.app.revision, scaling, strategy, detached })
  )
  yield* OldRevisions.forget(app)
  const announcer = yield* Announcing
  announcer.app(app.id)
  if (detached) return answer(state, app, revision, { status: "rolling_out", isVerified: false })
  if ((yield* Effect.promise(() => decided)) === "switched")
    return answer(state, app, revision, { status: "deployed", isVerified })
  const isOvertaken = app.revisions.at(-1) !== revision || state.apps[app.slot]!.revision !== currentBefore
  return yield* refuse(
    "FAILED_PRECONDITION",
    `Revision '${revision.id}' of '${app.alias}' ${whyAborted(app, revision, isOvertaken)}`
  )
})

/** Why a revision did not become the current one; `isOvertaken`: another became it since, or is about to. */
const whyAborted = ({ deleted, revisions }: LiveApp, revision: LiveRevision, isOvertaken: boolean): string => {
  if (deleted) return "was given up: the app was deleted meanwhile"
  if (!revisions.includes(revision)) return "was given up: it was deleted meanwhile"
  return isOvertaken
    ? "was given up: another revision was chosen before it was known to start"
    : "failed to start; the app stays on the one before"
}

const answer = (
  state: FleetState,
  app: LiveApp,
  revision: LiveRevision,
  how: Pick<Deployed, "isVerified" | "status">
): Deployed => ({ app: Views.appInfo(state, app), revision: revision.id, ...how })

/** Whether a spec would change what a revision runs. */
export const isChanged = (current: LiveRevision, { files, spec }: Revisions.Complete): boolean =>
  JSON.stringify([current.files, relevant(current.spec)]) !== JSON.stringify([files, relevant(spec.text)])

/** What a live sandbox takes from a spec; the rest is of a rehearsal only. */
const relevant = ({ app, capacity, faults, prices, runner, scaling }: RehearsalSpec["text"]) => ({
  app,
  capacity,
  faults,
  prices,
  runner,
  scaling
})

export interface RevisionRequest {
  readonly app: string
  readonly env?: string | undefined
  readonly revision: string
  readonly auth?: AuthMode | undefined
  readonly strategy?: Deploy.DeployStrategy | undefined
}

/** Points an app at a revision that it had before (platform rule 9, set-rev). */
export const setRevision = Effect.fn("apps.set-rev")(function* (principal: Principal, request: RevisionRequest) {
  const app = yield* Find.appForCommand(principal, request.app, request.env)
  const revision = app.revisions.find(({ id }) => id === request.revision)
  if (revision === undefined) return yield* notFound(`Revision '${request.revision}' not found`)
  const { state, world } = yield* Kernel
  const strategy = request.strategy ?? "recreate"
  const { auth = app.auth } = request
  const take = () => (app.auth = request.auth ?? app.auth)
  const inFleet = state.apps[app.slot]!
  const isCurrent = inFleet.revision === revision.inFleet
  // One that is verified first may be given up, and then nothing has changed.
  const isDecidedLater = !isCurrent && Deploy.isVerifiedFirst({ strategy, detached: false })
  const switched = isCurrent
    ? {}
    : { revision: revision.id, ...Deploy.switched(inFleet, revision.inFleet.settings, null) }
  const records = yield* AppRecords
  records.app(app, isDecidedLater ? {} : { auth, ...switched })
  if (isDecidedLater) void (yield* Deploys).whenDecided(revision.id, take)
  else take()
  world.input((fleet, nowMs) => fleet.setRevision(nowMs, app.slot, revision.inFleet, strategy))
  return Views.appInfo(state, app)
})
