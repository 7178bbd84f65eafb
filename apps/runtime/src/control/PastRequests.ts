import { Effect } from "effect"
import { Apps } from "../kernel/Apps.ts"
import { Kernel } from "../kernel/Kernel.ts"
import type { LiveApp } from "../kernel/LiveApp.ts"
import { RequestLedger, type SettledRow } from "../store/LedgerStore.ts"
import * as Find from "./Find.ts"
import type { Principal } from "./Principal.ts"
import { notFound, type Refused, refuse } from "./Refused.ts"

/** The words of the platform for how a request ended. */
export const requestStatuses = ["success", "user_error", "error"] as const
export type RequestStatus = (typeof requestStatuses)[number]

/** The platform's errors are those of runners and of the platform; a cancelled request is its caller's doing. */
export const statusOf = ({ outcome, status }: SettledRow): RequestStatus => {
  if (outcome === "cancelled") return "user_error"
  if (outcome === "errored" || status >= 500) return "error"
  return status >= 400 ? "user_error" : "success"
}

/** Which requests are asked for, as the platform's API says it. */
export interface PastQuery {
  /** `OWNER/APP`, at least one. */
  readonly endpoints: ReadonlyArray<string>
  readonly start: string | undefined
  readonly end: string | undefined
}

const dayMs = 86_400_000

const timeOf = (name: string, given: string | undefined, otherwise: number): Effect.Effect<number, Refused> => {
  if (given === undefined || given === "") return Effect.succeed(otherwise)
  const ms = Date.parse(given)
  if (Number.isFinite(ms)) return Effect.succeed(ms)
  return Effect.fail(refuse("INVALID_ARGUMENT", `${name} must be an ISO time, got '${given.slice(0, 40)}'`))
}

/** The app that an endpoint id of the platform names, where its owner is the caller's team. */
export const endpointApp = Effect.fnUntraced(function* (principal: Principal, endpoint: string) {
  const [owner, name = "", ...rest] = endpoint.split("/")
  if (owner !== principal.team || name === "" || rest.length > 0)
    return yield* notFound(`Endpoint '${endpoint.slice(0, 80)}' not found`)
  return yield* Find.app(principal, name)
})

/** The time that is asked for, the last day where nothing is said, and the apps by the endpoints that name them. */
export const scope = Effect.fnUntraced(function* (principal: Principal, { end, endpoints, start }: PastQuery) {
  if (endpoints.length < 1 || endpoints.length > 50) {
    return yield* refuse("INVALID_ARGUMENT", `endpoint_id must be given once to 50 times, got ${endpoints.length}`)
  }
  const untilMs = yield* timeOf("end", end, Date.now() + 1)
  const fromMs = yield* timeOf("start", start, untilMs - dayMs)
  const apps = new Map<string, string>()
  for (const endpoint of endpoints) apps.set((yield* endpointApp(principal, endpoint)).id, endpoint)
  return { apps, fromMs, untilMs }
})

/** Requests that ended, newest first. */
export const settled = Effect.fnUntraced(function* (
  {
    apps,
    fromMs,
    untilMs
  }: { readonly apps: ReadonlyMap<string, string>; readonly fromMs: number; readonly untilMs: number },
  page: { readonly before: number; readonly limit: number }
) {
  return (yield* RequestLedger).settled({ apps: [...apps.keys()], fromMs, untilMs, ...page })
})

/** Requests that have not ended. */
export const open = Effect.fnUntraced(function* (apps: ReadonlyMap<string, string>) {
  const { world } = yield* Kernel
  return world.requests.all().filter(({ app }) => apps.has(app.id))
})

/** The runners of an app, those of the last day that have ended too, in order of their creation. */
export const runnersOf = Effect.fnUntraced(function* (app: LiveApp) {
  const { world } = yield* Kernel
  return [...world.runners.all()].filter((runner) => runner.app === app).sort((a, b) => a.createdAtMs - b.createdAtMs)
})

/** Apps of the caller's team. */
export const ownApps = ({ team }: Principal) => Effect.map(Apps, (apps) => apps.of(team))
