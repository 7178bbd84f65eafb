import { nearest } from "@ebb/text/Suggestion"
import { Effect } from "effect"
import type { Sandbox } from "../Sandbox.ts"
import type { LiveApp } from "../kernel/LiveApp.ts"
import type { LiveRunner } from "../kernel/LiveRunner.ts"
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
export const environment = (sandbox: Sandbox, { team }: Principal, given: string | undefined) => {
  const name = given === undefined || given === "" ? "main" : given
  const known = sandbox.teams.environments(team).some((env) => env.name === name)
  return known ? Effect.succeed(name) : Effect.fail(notFound(`Environment '${name}' not found`))
}

const noApp = (sandbox: Sandbox, team: string, name: string, env: string): Refused => {
  const place = env === "main" ? "" : ` in environment '${env}'`
  const names = sandbox.apps.of(team, env).map((app) => app.name)
  const meant = nearest(name, names)
  const help = meant === null ? "" : `. Did you mean '${meant}'?`
  return notFound(`Application '${name}' not found${place}${help}`)
}

/** An app of the principal's team; another team's app is as one that does not exist. */
export const app = (
  sandbox: Sandbox,
  { team }: Principal,
  given: string,
  field?: string | null
): Effect.Effect<LiveApp, Refused> =>
  Effect.flatMap(splitName(given, field), ({ env, name }) => {
    const found = sandbox.apps.find(team, env, name)
    return found === null ? Effect.fail(noApp(sandbox, team, name, env)) : Effect.succeed(found)
  })

/** A runner of the principal's team, alive or ended. */
export const runner = (sandbox: Sandbox, { team }: Principal, id: string): Effect.Effect<LiveRunner, Refused> => {
  const found = sandbox.world.runners.find(id)
  if (found === null || found.app.team !== team) return Effect.fail(notFound(`Runner '${id}' not found`))
  return Effect.succeed(found)
}
