import { nearest } from "@ebb/text/Suggestion"
import { Effect } from "effect"
import { Apps, type KnownApps, placeOf } from "../kernel/Apps.ts"
import { Kernel } from "../kernel/Kernel.ts"
import { signalled } from "../kernel/Signals.ts"
import { Teams } from "../store/TeamStore.ts"
import type { Principal } from "./Principal.ts"
import { notFound, type Refused, refuse } from "./Refused.ts"

/** The name without its environment suffix, and the environment; a field and a suffix that disagree are refused. */
export const splitName = (
  given: string,
  field: string | null | undefined
): Effect.Effect<{ readonly name: string; readonly env: string }, Refused> => {
  const at = given.indexOf("--")
  const suffix = at < 0 ? null : given.slice(at + 2)
  const name = at < 0 ? given : given.slice(0, at)
  const named = field === undefined || field === null || field === "" ? null : field
  if (suffix !== null && named !== null && suffix !== named) {
    return Effect.fail(refuse("INVALID_ARGUMENT", `Application '${given}' is not in environment '${named}'`))
  }
  return Effect.succeed({ name, env: suffix ?? named ?? "main" })
}

/** An environment of the team by name. */
export const environment = Effect.fnUntraced(function* ({ team }: Principal, given: string | undefined) {
  const name = given === undefined || given === "" ? "main" : given
  const known = (yield* Teams).environments(team).some((env) => env.name === name)
  return known ? name : yield* notFound(`Environment '${name}' not found`)
})

const noApp = (apps: KnownApps, team: string, name: string, env: string): Refused => {
  const place = env === "main" ? "" : ` in environment '${env}'`
  const names = apps.of(team, env).map((app) => app.name)
  const meant = nearest(name, names)
  const help = meant === null ? "" : `. Did you mean '${meant}'?`
  return notFound(`Application '${name}' not found${place}${help}`)
}

/** An app of the principal's team; another team's app is as one that does not exist. */
export const app = Effect.fnUntraced(function* ({ team }: Principal, given: string, field?: string | null) {
  const { env, name } = yield* splitName(given, field)
  const apps = yield* Apps
  return apps.at(placeOf(team, env, name)) ?? (yield* noApp(apps, team, name, env))
})

/** The same, once all its runners that were told to end have their signals: a command for the app comes after them. */
export const appForCommand = Effect.fnUntraced(function* (principal: Principal, given: string, field?: string | null) {
  const { slot } = yield* app(principal, given, field)
  yield* signalled((yield* Kernel).world, slot)
  // Another command may have deleted it meanwhile.
  return yield* app(principal, given, field)
})

/** A caller is named by its team everywhere; clients may also give the user id of the team, or what is behind its bar. */
export const callerNamed = Effect.fnUntraced(function* (id: string) {
  const teams = yield* Teams
  const found = teams.find(id) ?? teams.all().find(({ userId }) => userId === id || userId.split("|")[1] === id) ?? null
  return found?.name ?? (yield* notFound(`Caller '${id}' not found; name it by its team or its user id`))
})

/** A runner of the principal's team, alive or ended. */
export const runner = Effect.fnUntraced(function* ({ team }: Principal, id: string) {
  const found = (yield* Kernel).world.runners.find(id)
  return found !== null && found.app.team === team ? found : yield* notFound(`Runner '${id}' not found`)
})
