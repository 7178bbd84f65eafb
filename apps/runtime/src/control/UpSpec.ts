import { Effect } from "effect"
import * as DeployControl from "./DeployControl.ts"
import * as Find from "./Find.ts"
import { type Principal, personalTeam } from "./Principal.ts"
import { type Refused, refuse } from "./Refused.ts"
import * as Revisions from "./Revisions.ts"
import type { FleetState } from "@ebb/core/fleet/FleetState"
import { Apps, placeOf } from "../kernel/Apps.ts"
import { currentRevision } from "../kernel/CurrentRevision.ts"
import { Kernel } from "../kernel/Kernel.ts"
import { Teams } from "../store/TeamStore.ts"
import type { LiveApp, LiveRevision } from "../kernel/LiveApp.ts"

/** A spec that `ebb up` was given. */
export interface UpSpec {
  readonly file: string
  readonly folder: string
  readonly text: string
}

/** What became of one: its app, whether it changed anything, and the parts that only a rehearsal uses. */
export interface Applied {
  readonly app: string
  readonly change: "created" | "deployed" | "unchanged"
  readonly ignored: ReadonlyArray<string>
}

const local: Principal = { team: personalTeam.name, scope: "ADMIN", keyId: "ebb up" }

const rehearsalOnly = ["traffic", "rollouts", "run"] as const

/** What the spec may be unchanged from: the revision in force, and the newest that could start, if it was rolled back. */
const candidates = (state: FleetState, app: LiveApp): ReadonlyArray<LiveRevision> =>
  [currentRevision(state, app), app.revisions.findLast(({ state }) => state !== "failed")].filter(
    (revision) => revision !== undefined
  )

/** What the spec says, with the files that its runners are drawn from. */
export const read = ({ file, folder, text }: UpSpec): Effect.Effect<Revisions.Complete, Refused> =>
  Effect.mapError(Effect.fromResult(Revisions.parseOwn(text, file, folder)), ({ message }) =>
    refuse("INVALID_ARGUMENT", message)
  )

/** Makes the sandbox run what a spec says: a new app, a deploy of what changed, or nothing. */
export const apply = Effect.fn("up.apply")(function* (spec: UpSpec) {
  const complete = yield* read(spec)
  const { app, text } = complete.spec
  const ignored = rehearsalOnly.filter((part) => text[part] !== undefined)
  const teams = yield* Teams
  if (!teams.environments(local.team).some(({ name }) => name === app.env)) {
    teams.createEnvironment(local.team, app.env, "")
  }
  const { env, name } = yield* Find.splitName(app.name, app.env)
  const { state } = yield* Kernel
  const found = (yield* Apps).at(placeOf(local.team, env, name))
  if (found !== null && candidates(state, found).some((one) => !DeployControl.isChanged(one, complete))) {
    return applied(found.alias, "unchanged", ignored)
  }
  const request = { folder: spec.folder, strategy: "rolling", detached: true } as const
  const deployed = yield* DeployControl.deployComplete(local, complete, request)
  return applied(deployed.app.alias, found === null ? "created" : "deployed", ignored)
})

const applied = (app: string, change: Applied["change"], ignored: Applied["ignored"]): Applied => ({
  app,
  change,
  ignored
})
