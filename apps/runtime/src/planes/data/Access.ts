import { type Credentials, fromAuthorization, type Principal } from "../../control/Principal.ts"
import { refusals } from "../../control/Refused.ts"
import type { Sandbox } from "../../Sandbox.ts"
import type { LiveApp, LiveRevision } from "../../kernel/LiveApp.ts"
import * as Answers from "./Answers.ts"
import type { AppNamed } from "./Target.ts"

/** An app that may be called, and the team of the key that calls it. */
export interface Callable {
  readonly app: LiveApp
  readonly callerId: string | null
}

/** What names an app: its address, or one of its requests by id. */
type Meant = AppNamed & { readonly id?: string }

/** A request is one of its app's even when that was deleted: results stay readable (platform rule 11). */
const meant = (sandbox: Sandbox, { env, id, name, owner }: Meant): LiveApp | null => {
  const appId = id === undefined ? null : sandbox.queue.appOf(id)
  const asked = appId === null ? null : sandbox.apps.ever(appId)
  const isOwn = asked?.team === owner && asked.env === env && asked.name === name
  return isOwn ? asked : sandbox.apps.find(owner, env, name)
}

/** The app that is meant, if that caller may call it; else the refusal (platform rules 6, 9). */
export const callable = (sandbox: Sandbox, target: Meant, authorization: string | null): Callable | Response => {
  const principal = sandbox.authenticator.identifyHeader(authorization)
  const found = callableBy(sandbox, target, principal)
  return principal === null && found instanceof Response ? refused(sandbox, fromAuthorization(authorization)) : found
}

/** How the data plane refuses credentials. */
export const refused = (sandbox: Sandbox, credentials: Credentials): Response => {
  const { code, detail } = sandbox.authenticator.refusalOf(credentials)
  return Answers.plainError(refusals[code].http, detail)
}

/** The same for a caller who is known; null for one who showed nothing, or nothing that is anybody's. */
export const callableBy = (sandbox: Sandbox, target: Meant, principal: Principal | null): Callable | Response => {
  const app = meant(sandbox, target)
  const { app: name } = target
  if (app?.auth === "public") return { app, callerId: principal?.team ?? null }
  if (principal === null) return Answers.plainError(401, "Invalid credentials")
  if (app === null || (app.auth === "private" && app.team !== principal.team)) {
    return Answers.plainError(404, `Application '${name}' not found`)
  }
  return { app, callerId: principal.team }
}

/** The revision that new requests of an app go to. */
export const currentRevision = (sandbox: Sandbox, app: LiveApp): LiveRevision =>
  app.numbered(sandbox.fleet.state.apps[app.slot]!.revision.number)

/** How long a simulated runner of the app's current revision will take, in Fleet milliseconds. */
export const drawService = (sandbox: Sandbox, app: LiveApp): number =>
  currentRevision(sandbox, app).profile.serviceMs(sandbox.fleet.state.requestsMade + 1)
