import { Effect, Result } from "effect"
import { type Context, Hono } from "hono"
import { cors } from "hono/cors"
import { streamSSE } from "hono/streaming"
import { asUser, type Principal } from "../control/Principal.ts"
import type { Refused } from "../control/Refused.ts"
import * as Find from "../control/Find.ts"
import * as Address from "./data/Address.ts"
import * as DataPlane from "./data/DataPlane.ts"
import * as RestHost from "./data/RestHost.ts"
import * as Storage from "./data/Storage.ts"
import * as Strangers from "../edge/Strangers.ts"
import { EventStream } from "./rest/EventStream.ts"
import * as Foreign from "./rest/Foreign.ts"
import * as Metrics from "./rest/Metrics.ts"
import * as OpenApi from "./rest/OpenApi.ts"
import { credentialsOf, refusal } from "./rest/Router.ts"
import * as Routes from "./rest/Routes.ts"
import { signIn } from "./rest/Session.ts"
import type { Sandbox } from "../Sandbox.ts"
import type { LiveApp } from "../kernel/LiveApp.ts"

/** The page that is served at `/`, and its files. */
export type Page = (path: string) => Response | Promise<Response> | null

const readable = [
  "x-fal-request-id",
  "x-fal-error-type",
  "x-fal-request-timeout-type",
  "x-ebb-runner",
  "x-ebb-revision"
]

/** Lets a page of an origin that may call the sandbox read the answers too; others were refused before. */
const shared = cors({ origin: (origin) => origin, exposeHeaders: readable })

const strangerRefused = ({ headers, url }: Request, allowed: Strangers.Allowed): Response | null => {
  const detail = Strangers.refusalOf(headers.get("host") ?? new URL(url).host, headers.get("origin"), allowed)
  return detail === null ? null : Response.json({ detail }, { status: 403 })
}

const failed = (error: Error, c: Context): Response => {
  // A caller who breaks off in the middle of a body hears no answer, and is no fault.
  if (!c.req.raw.signal.aborted) console.error(error)
  return c.json({ detail: "The sandbox failed; see its log", error_type: "internal_error" }, 500)
}

/**
 * The whole HTTP side of the sandbox. The data plane has its routes to itself, one handler each and no middleware: what
 * Hono does for a request grows with the routes and handlers beside it.
 */
export const make = (sandbox: Sandbox, host: Routes.Host, page: Page, allowed: Strangers.Allowed): Hono => {
  const app = new Hono()
  const others = everythingElse(sandbox, host, page, allowed)
  app.onError(failed)
  dataPlane(app, sandbox, allowed)
  app.notFound((c) => others.fetch(c.req.raw))
  return app
}

const everythingElse = (sandbox: Sandbox, host: Routes.Host, page: Page, allowed: Strangers.Allowed): Hono => {
  const app = new Hono()
  app.use(async (c, next) => {
    const refused = strangerRefused(c.req.raw, allowed)
    if (refused !== null) return refused
    return c.req.raw.headers.has("origin") ? shared(c, next) : next()
  })
  app.onError(failed)
  Routes.add(app, sandbox, host)
  Foreign.add(app, sandbox)
  streams(app, sandbox)
  const openApi = OpenApi.document()
  app.get("/.well-known/jwks.json", (c) => c.json(sandbox.webhookKey.jwks()))
  app.get("/openapi.json", (c) => c.json(openApi))
  app.get("*", async (c) => {
    const signed = signIn(c, sandbox, host.links)
    return signed ?? (await page(c.req.path)) ?? c.json({ detail: "Not found" }, 404)
  })
  app.notFound((c) => c.json({ detail: "Not found" }, 404))
  return app
}

const proxyRoute = "/api/fal/proxy"

const baseOf = (request: Request): string => {
  const { host, protocol } = new URL(request.url)
  return `${protocol}//${request.headers.get("host") ?? host}`
}

type Handler = (c: Context) => Response | Promise<Response>

/** What the middleware of the other routes does, without the cost of one. */
const guarded = (allowed: Strangers.Allowed, handler: Handler): Handler => {
  // A shortcut: callers that are no pages name the same host over and over.
  let own: string | null = null
  return (c) => {
    const { headers } = c.req.raw
    const isPage = headers.has("origin")
    const host = headers.get("host")
    if (!isPage && host !== null && host === own) return handler(c)
    const refused = strangerRefused(c.req.raw, allowed)
    if (refused !== null) return refused
    if (isPage) return readableFromPages(c, handler)
    own = host
    return handler(c)
  }
}

const readableFromPages = async (c: Context, handler: Handler): Promise<Response> => {
  const preflight = await shared(c, async () => {
    c.res = await handler(c)
  })
  return preflight ?? c.res
}

const dataPlane = (app: Hono, sandbox: Sandbox, allowed: Strangers.Allowed): void => {
  const handle = (request: Request, address: Address.Address) =>
    address.host === "rest.fal.ai"
      ? RestHost.handle(sandbox, request, baseOf(request), address)
      : DataPlane.handle(sandbox, request, address)
  const addresses = new Address.Addresses()
  for (const host of Address.hosts) {
    const own = guarded(allowed, ({ req: { raw } }) => handle(raw, addresses.of(host, raw.url)))
    app.all(`/${host}/*`, own)
  }
  const media = guarded(allowed, (c) => Storage.serve(sandbox, c.req.path.slice("/v3.fal.media".length)))
  app.get("/v3.fal.media/*", media)
  const proxy = guarded(allowed, (c) => {
    const target = URL.parse(c.req.header("x-fal-target-url") ?? "")
    if (target === null) return c.json({ detail: "Invalid request: x-fal-target-url must be a URL" }, 400)
    const host = Address.hosts.find((name) => name === target.host)
    // Nothing is ever dialled: the URL only says which part of the sandbox is meant.
    if (host === undefined) return c.json({ detail: `'${target.host}' is not part of a local sandbox` }, 404)
    return handle(c.req.raw, Address.read(host, ownUrl(c.req.url, target), target.pathname))
  })
  app.all(proxyRoute, proxy)
}

/** The target's query under the sandbox's own address, so that URLs in answers lead back here. */
const ownUrl = (url: string, target: URL): URL => {
  const own = new URL(url)
  own.search = target.search
  return own
}

const asked = <A>(
  sandbox: Sandbox,
  request: Effect.Effect<Principal, Refused>,
  run: (principal: Principal) => Effect.Effect<A, Refused>
) => Effect.runPromise(Effect.result(Effect.flatMap(request, run)))

const streams = (app: Hono, sandbox: Sandbox): void => {
  const events = new EventStream(sandbox)
  const admin = (c: Parameters<typeof credentialsOf>[0]) =>
    sandbox.authenticator.authorize(credentialsOf(c), "ADMIN", "this")
  app.get("/metrics", async (c) => {
    const result = await asked(sandbox, admin(c), ({ team }) => Effect.succeed(Metrics.text(sandbox, team)))
    return Result.isSuccess(result) ? c.text(result.success) : refusal(result.failure)
  })
  app.get("/v1/journal", async (c) => {
    const result = await asked(sandbox, admin(c), (principal) =>
      Effect.map(asUser(principal, "The journal"), () => sandbox.exportJournal())
    )
    return Result.isSuccess(result) ? c.text(result.success) : refusal(result.failure)
  })
  app.get("/v1/events", async (c) => {
    const { app: name, env } = c.req.query()
    const wanted = (principal: Principal): Effect.Effect<(app: LiveApp) => boolean, Refused> =>
      name === undefined
        ? Effect.succeed((one) => one.team === principal.team)
        : Effect.map(Find.app(sandbox, principal, name, env), (found) => (one) => one === found)
    const result = await asked(sandbox, admin(c), wanted)
    if (Result.isFailure(result)) return refusal(result.failure)
    const wants = result.success
    return streamSSE(c, async (stream) => {
      const leave = events.follow(wants, (message) =>
        stream.writeSSE({ data: JSON.stringify(message), id: String(message.seq) })
      )
      await new Promise<void>((resolve) => stream.onAbort(resolve))
      leave()
    })
  })
}
