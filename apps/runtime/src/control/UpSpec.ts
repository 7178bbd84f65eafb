import { Effect, Result } from "effect"
import * as DeployControl from "./DeployControl.ts"
import * as Find from "./Find.ts"
import { type Principal, personalTeam } from "./Principal.ts"
import { type Refused, refuse } from "./Refused.ts"
import * as Revisions from "./Revisions.ts"
import { currentRevision } from "../planes/data/Access.ts"
import type { Sandbox } from "../Sandbox.ts"
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
const candidates = (sandbox: Sandbox, app: LiveApp): ReadonlyArray<LiveRevision> =>
  [currentRevision(sandbox, app), app.revisions.findLast(({ state }) => state !== "failed")].filter(
    (revision) => revision !== undefined
  )

/** Makes the sandbox run what a spec says: a new app, a deploy of what changed, or nothing. */
export const apply = Effect.fn("up.apply")(function* (
  sandbox: Sandbox,
  spec: UpSpec
): Effect.fn.Return<Applied, Refused> {
  const parsed = Revisions.parseOwn(spec.text, spec.file, spec.folder)
  if (Result.isFailure(parsed)) return yield* refuse("INVALID_ARGUMENT", parsed.failure.message)
  const { app, text } = parsed.success.spec
  const ignored = rehearsalOnly.filter((part) => text[part] !== undefined)
  if (!sandbox.teams.environments(local.team).some(({ name }) => name === app.env)) {
    sandbox.teams.createEnvironment(local.team, app.env, "")
  }
  const { env, name } = yield* Find.splitName(app.name, app.env)
  const found = sandbox.apps.find(local.team, env, name)
  if (found !== null && candidates(sandbox, found).some((one) => !DeployControl.isChanged(one, parsed.success))) {
    return { app: found.alias, change: "unchanged", ignored }
  }
  const request = { folder: spec.folder, strategy: "rolling", detached: true } as const
  const deployed = yield* DeployControl.deployComplete(sandbox, local, parsed.success, request)
  return { app: deployed.app.alias, change: found === null ? "created" : "deployed", ignored }
})
