import { names } from "@ebb/core/domain/Names"
import type { EnvironmentInfo, KeyInfo, NewKey, SecretInfo, TeamInfo } from "@ebb/protocol/rest/Shapes"
import { Effect, String } from "effect"
import { limits } from "../edge/Limits.ts"
import { Apps } from "../kernel/Apps.ts"
import { Kernel } from "../kernel/Kernel.ts"
import { signalled } from "../kernel/Signals.ts"
import { Catalog } from "../store/CatalogStore.ts"
import { Sqlite } from "../store/Database.ts"
import { Directory } from "../store/DataDirectory.ts"
import { Secrets, type SecretStore } from "../store/SecretStore.ts"
import { Keys, type Scope, type StoredKey } from "../store/KeyStore.ts"
import { type Environment, type Team, Teams } from "../store/TeamStore.ts"
import * as AppControl from "./AppControl.ts"
import * as Find from "./Find.ts"
import { isUser, type Principal } from "./Principal.ts"
import { checkName, notFound, refuse, tooMany } from "./Refused.ts"

const iso = (wallMs: number): string => new Date(wallMs).toISOString()

const environmentInfo = ({ createdAtMs, description, name }: Environment): EnvironmentInfo => ({
  name,
  description,
  is_default: name === "main",
  created_at: iso(createdAtMs)
})

export const environments = ({ team }: Principal) =>
  Effect.map(Teams, (teams) => teams.environments(team).map(environmentInfo))

export const createEnvironment = Effect.fn("environments.create")(function* (
  { team }: Principal,
  name: string,
  description: string
) {
  yield* checkName(names.environment, name)
  yield* checkName(names.environmentDescription, description)
  const teams = yield* Teams
  if (teams.environments(team).some((environment) => environment.name === name)) {
    return yield* refuse("ALREADY_EXISTS", `Environment '${name}' already exists`)
  }
  if (teams.environments(team).length >= limits.environments) {
    return yield* tooMany(limits.environments, "environments in this team")
  }
  teams.createEnvironment(team, name, description)
  return environmentInfo(teams.environments(team).find((environment) => environment.name === name)!)
})

/** Deletes its apps, their revisions and its secrets with it (platform rule 10). */
export const deleteEnvironment = Effect.fn("environments.delete")(function* (principal: Principal, name: string) {
  if (name === "main") return yield* refuse("FAILED_PRECONDITION", "Environment 'main' cannot be deleted")
  yield* Find.environment(principal, name)
  const apps = yield* Apps
  const { world } = yield* Kernel
  for (const { slot } of apps.of(principal.team, name)) yield* signalled(world, slot)
  const present = apps.of(principal.team, name)
  const all = apps.all.filter(({ env, team }) => env === name && team === principal.team)
  const catalog = yield* Catalog
  const teams = yield* Teams
  const database = yield* Sqlite
  database.transaction(() => {
    for (const { id } of present) catalog.deleteApp(id)
    for (const { id } of all.flatMap(({ revisions }) => revisions)) catalog.deleteRevision(id)
    teams.deleteEnvironment(principal.team, name)
  })
  for (const app of present) yield* AppControl.removeApp(app)
  for (const app of all) app.forgotten = true
})

export const secrets = Effect.fn("secrets.list")(function* (principal: Principal, env: string | undefined) {
  const wanted = env === undefined ? null : yield* Find.environment(principal, env)
  return (yield* Secrets).list(principal.team, wanted).map((row): SecretInfo => ({
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

const checkSecret = Effect.fnUntraced(function* (
  secrets: SecretStore,
  team: string,
  { env, name, value }: { readonly env: string; readonly name: string; readonly value: string }
) {
  const bytes = Buffer.byteLength(value)
  if (bytes > limits.secretBytes) {
    const detail = `The value of a secret must be at most ${limits.secretBytes} bytes long, got ${bytes}`
    return yield* refuse("INVALID_ARGUMENT", detail)
  }
  const all = secrets.list(team, null)
  const isNew = all.every((one) => one.env !== env || one.name !== name)
  if (isNew && all.length >= limits.secrets) return yield* tooMany(limits.secrets, "secrets in this team")
})

/** Runners started from now on see the change (platform rule 10). */
export const setSecret = Effect.fn("secrets.set")(function* (
  principal: Principal,
  { env: given, isExposed, name, value }: SecretChange
) {
  yield* checkName(names.secret, name)
  const env = yield* Find.environment(principal, given)
  const secrets = yield* Secrets
  if (value !== null) yield* checkSecret(secrets, principal.team, { env, name, value })
  if (value !== null) secrets.set(principal.team, env, name, value, isExposed)
  else if (!secrets.unset(principal.team, env, name)) return yield* notFound(`Secret '${name}' not found`)
  const apps = yield* Apps
  const { world } = yield* Kernel
  world.input((fleet, nowMs) => {
    for (const app of apps.of(principal.team, env)) fleet.secretChanged(nowMs, app.slot)
  })
})

const keyInfo = ({ createdAtMs, description, id, scope }: StoredKey): KeyInfo => ({
  key_id: id,
  created_at: iso(createdAtMs),
  scope,
  description
})

export const keys = ({ team }: Principal) => Effect.map(Keys, (all) => all.ofTeam(team).map(keyInfo))

export const createKey = Effect.fn("keys.create")(function* (team: string, scope: Scope, description: string) {
  yield* checkName(names.keyDescription, description)
  const keys = yield* Keys
  if (keys.ofTeam(team).length >= limits.keys) return yield* tooMany(limits.keys, "keys of this team")
  const made = keys.create({ team, scope, description })
  return { key_id: made.id, key_secret: made.secret, scope, description } satisfies NewKey
})

export const revokeKey = Effect.fn("keys.revoke")(function* ({ team }: Principal, id: string) {
  if (!(yield* Keys).revoke(team, id)) return yield* notFound(`Key '${id}' not found`)
})

export const teamInfo = ({ fullName, isPersonal, name, userId }: Team): TeamInfo => ({
  nickname: name,
  full_name: fullName,
  user_id: userId,
  is_personal: isPersonal,
  is_org: false
})

export const teams = Effect.map(Teams, (all) => all.all().map(teamInfo))

/** All of them for the user; a key of another team sees that team alone. */
export const teamsOf = (principal: Principal) =>
  Effect.map(teams, (all) => (isUser(principal) ? all : all.filter(({ nickname }) => nickname === principal.team)))

/** A key for the user's own commands, in the file where they look for it. */
export const newKeyFile = Effect.fnUntraced(function* (team: string, description: string) {
  const { id, secret } = (yield* Keys).create({ team, scope: "ADMIN", description })
  const directory = yield* Directory
  directory.teamKeys.write(team, `${id}:${secret}`)
  return { key_id: id, key_secret: secret, scope: "ADMIN", description } satisfies NewKey
})

/** A team, its first key and the file of it: whoever finds the team finds the key. */
export const newTeam = Effect.fnUntraced(function* (team: Team, description: string) {
  const teams = yield* Teams
  const keys = yield* Keys
  const directory = yield* Directory
  const database = yield* Sqlite
  return database.transaction((): NewKey => {
    teams.create(team)
    const { id, secret } = keys.create({ team: team.name, scope: "ADMIN", description })
    database.afterRollback(() => directory.teamKeys.remove(team.name))
    directory.teamKeys.write(team.name, `${id}:${secret}`)
    return { key_id: id, key_secret: secret, scope: "ADMIN", description }
  })
})

export const createTeam = Effect.fn("teams.create")(function* (name: string) {
  yield* checkName(names.team, name)
  if ((yield* Teams).find(name) !== null) return yield* refuse("ALREADY_EXISTS", `Team '${name}' already exists`)
  if ((yield* Teams).all().length >= limits.teams) return yield* tooMany(limits.teams, "teams")
  const fullName = String.capitalize(name)
  const team: Team = { name, userId: `team|${crypto.randomUUID()}`, fullName, isPersonal: false }
  return { team: teamInfo(team), key: yield* newTeam(team, "made with the team") }
})
