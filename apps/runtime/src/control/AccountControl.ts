import type { EnvironmentInfo, KeyInfo, NewKey, SecretInfo, TeamInfo } from "@ebb/protocol/rest/Shapes"
import { Effect } from "effect"
import type { Sandbox } from "../Sandbox.ts"
import type { Scope, StoredKey } from "../store/KeyStore.ts"
import type { Environment, Team } from "../store/TeamStore.ts"
import * as AppControl from "./AppControl.ts"
import * as Find from "./Find.ts"
import type { Principal } from "./Principal.ts"
import { notFound, refuse } from "./Refused.ts"

const iso = (wallMs: number): string => new Date(wallMs).toISOString()

const environmentInfo = ({ createdAtMs, description, name }: Environment): EnvironmentInfo => ({
  name,
  description,
  is_default: name === "main",
  created_at: iso(createdAtMs)
})

export const environments = (sandbox: Sandbox, { team }: Principal): ReadonlyArray<EnvironmentInfo> =>
  sandbox.teams.environments(team).map(environmentInfo)

const isName = (name: string): boolean => /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/i.test(name) && !name.includes("--")

export const createEnvironment = Effect.fn("environments.create")(function* (
  sandbox: Sandbox,
  { team }: Principal,
  name: string,
  description: string
) {
  if (!isName(name)) {
    const rule = "letters, digits and single hyphens, with no hyphen at either end"
    return yield* refuse("INVALID_ARGUMENT", `Environment name '${name}' must be ${rule}`)
  }
  if (sandbox.teams.environments(team).some((environment) => environment.name === name)) {
    return yield* refuse("ALREADY_EXISTS", `Environment '${name}' already exists`)
  }
  sandbox.teams.createEnvironment(team, name, description)
  return environmentInfo(sandbox.teams.environments(team).find((environment) => environment.name === name)!)
})

/** Deletes its apps, their revisions and its secrets with it (platform rule 10). */
export const deleteEnvironment = Effect.fn("environments.delete")(function* (
  sandbox: Sandbox,
  principal: Principal,
  name: string
) {
  if (name === "main") return yield* refuse("FAILED_PRECONDITION", "Environment 'main' cannot be deleted")
  yield* Find.environment(sandbox, principal, name)
  for (const app of sandbox.apps.of(principal.team, name)) AppControl.removeApp(sandbox, app)
  const all = sandbox.apps.all.filter(({ env, team }) => env === name && team === principal.team)
  sandbox.transaction(() => {
    for (const { id } of all.flatMap(({ revisions }) => revisions)) sandbox.catalog.deleteRevision(id)
    sandbox.teams.deleteEnvironment(principal.team, name)
  })
  for (const app of all) app.forgotten = true
})

export const secrets = Effect.fn("secrets.list")(function* (
  sandbox: Sandbox,
  principal: Principal,
  env: string | undefined
) {
  const wanted = env === undefined ? null : yield* Find.environment(sandbox, principal, env)
  return sandbox.secrets.list(principal.team, wanted).map((row): SecretInfo => ({
    name: row.name,
    environment: row.env === "main" ? "" : row.env,
    created_at: iso(row.createdAtMs),
    default_exposed: row.isExposed
  }))
})

export interface SecretChange {
  readonly name: string
  readonly env?: string | undefined
  /** Null removes it. */
  readonly value: string | null
  readonly isExposed: boolean | null
}

/** Runners started from now on see the change (platform rule 10). */
export const setSecret = Effect.fn("secrets.set")(function* (
  sandbox: Sandbox,
  principal: Principal,
  { env: given, isExposed, name, value }: SecretChange
) {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    return yield* refuse("INVALID_ARGUMENT", `Secret name '${name}' must match [A-Za-z_][A-Za-z0-9_]*`)
  }
  const env = yield* Find.environment(sandbox, principal, given)
  if (value !== null) sandbox.secrets.set(principal.team, env, name, value, isExposed)
  else if (!sandbox.secrets.unset(principal.team, env, name)) return yield* notFound(`Secret '${name}' not found`)
  sandbox.world.input((fleet, nowMs) => {
    for (const app of sandbox.apps.of(principal.team, env)) fleet.secretChanged(nowMs, app.slot)
  })
})

const keyInfo = ({ createdAtMs, description, id, scope }: StoredKey): KeyInfo => ({
  key_id: id,
  created_at: iso(createdAtMs),
  scope,
  description
})

export const keys = (sandbox: Sandbox, { team }: Principal): ReadonlyArray<KeyInfo> =>
  sandbox.keys.ofTeam(team).map(keyInfo)

export const createKey = (sandbox: Sandbox, team: string, scope: Scope, description: string): NewKey => {
  const made = sandbox.keys.create({ team, scope, description })
  return { key_id: made.id, key_secret: made.secret, scope, description }
}

export const revokeKey = Effect.fn("keys.revoke")(function* (sandbox: Sandbox, { team }: Principal, id: string) {
  if (!sandbox.keys.revoke(team, id)) return yield* notFound(`Key '${id}' not found`)
})

export const teamInfo = ({ fullName, isPersonal, name, userId }: Team): TeamInfo => ({
  nickname: name,
  full_name: fullName,
  user_id: userId,
  is_personal: isPersonal,
  is_org: false
})

export const teams = (sandbox: Sandbox): ReadonlyArray<TeamInfo> => sandbox.teams.all().map(teamInfo)

/** A team, its first key and the file of it: whoever finds the team finds the key. */
export const newTeam = (sandbox: Sandbox, team: Team, description: string): NewKey =>
  sandbox.transaction(() => {
    sandbox.teams.create(team)
    const key = createKey(sandbox, team.name, "ADMIN", description)
    sandbox.directory.writeKey(team.name, `${key.key_id}:${key.key_secret}`)
    return key
  })

export const createTeam = Effect.fn("teams.create")(function* (sandbox: Sandbox, name: string) {
  if (!isName(name)) {
    const rule = "letters, digits and single hyphens, with no hyphen at either end"
    return yield* refuse("INVALID_ARGUMENT", `Team name '${name}' must be ${rule}`)
  }
  if (sandbox.teams.find(name) !== null) return yield* refuse("ALREADY_EXISTS", `Team '${name}' already exists`)
  const fullName = name.charAt(0).toUpperCase() + name.slice(1)
  const team: Team = { name, userId: `team|${crypto.randomUUID()}`, fullName, isPersonal: false }
  return { team: teamInfo(team), key: newTeam(sandbox, team, "made with the team") }
})
