import { Context, Effect, Layer } from "effect"
import { Hono } from "hono"
import { cors } from "hono/cors"
import * as Defects from "../edge/Defects.ts"
import * as Disk from "../edge/Disk.ts"
import { type Allowed, AllowedCallers, refusalOf } from "../edge/Strangers.ts"
import * as Address from "./data/Address.ts"
import { Data, type DataPlane } from "./data/DataPlane.ts"
import { DirectPath } from "./data/fast/DirectPath.ts"
import { type MediaHost, MediaHosting } from "./data/Media.ts"
import { type RestHost, RestHosting } from "./data/RestHost.ts"
import { Rest, type RestPlane } from "./rest/RestPlane.ts"

interface Needs {
  readonly allowed: Allowed
  readonly data: DataPlane
  readonly media: MediaHost
  readonly restHost: RestHost
  readonly rest: RestPlane
}

const readable = [
  "x-fal-request-id",
  "x-fal-error-type",
  "x-fal-request-timeout-type",
  "x-ebb-runner",
  "x-ebb-revision"
]

/** Lets a page of an origin that may call the sandbox read the answers too; others were refused before. */
const shared = cors({ origin: (origin) => origin, exposeHeaders: readable })

const strangerRefused = ({ headers, url }: Request, allowed: Allowed): Response | null => {
  const detail = refusalOf(headers.get("host") ?? new URL(url).host, headers.get("origin"), allowed)
  return detail === null ? null : Response.json({ detail }, { status: 403 })
}

const pathOf = ({ url }: Request): string => URL.parse(url)?.pathname ?? ""

const failed = (request: Request, error: unknown): Response => {
  const problem = Disk.problemOf(error)
  if (problem !== null) return Response.json({ detail: Disk.sentence(problem) }, { status: 507 })
  // A caller who breaks off in the middle of a body hears no answer, and is no fault.
  if (!request.signal.aborted) Defects.log(Defects.nameOf({ method: request.method, url: pathOf(request) }), error)
  return Response.json({ detail: "The sandbox failed; see its log", error_type: "internal_error" }, { status: 500 })
}

const proxyRoute = "/api/fal/proxy"

const baseOf = (request: Request): string => {
  const { host, protocol } = new URL(request.url)
  return `${protocol}//${request.headers.get("host") ?? host}`
}

/** The target's query under the sandbox's own address, so that URLs in answers lead back here. */
const ownUrl = (url: string, target: URL): URL => {
  const own = new URL(url)
  own.search = target.search
  return own
}

/** The whole target under the sandbox's own address. */
const underOwn = (url: string, target: URL): string => new URL(`${target.pathname}${target.search}`, url).href

/** What the platform's REST host says of apps and runners, and does with a team's files, has a place of its own here. */
const isControl = (path: string): boolean => /^\/(applications|files)\//.test(path) || path === "/runners/"

const readdressed = (request: Request, { path, url }: Address.Address): Request => {
  const own = new URL(url)
  own.pathname = path
  return new Request(own.href, request)
}

const dataRoutes = (app: Hono, { data, media, restHost }: Needs): void => {
  const handle = (request: Request, address: Address.Address) =>
    address.host === "rest.fal.ai" && isControl(address.path)
      ? app.fetch(readdressed(request, address))
      : address.host === "rest.fal.ai"
        ? restHost.handle(request, baseOf(request), address)
        : data.handle(request, address)
  for (const [name, host] of Address.hostsByName) {
    app.all(`/${name}/*`, ({ req: { raw } }) => {
      const url = new URL(raw.url)
      return handle(raw, Address.read(host, url, url.pathname.slice(name.length + 1)))
    })
  }
  for (const name of Address.mediaHosts) {
    app.all(`/${name}/*`, ({ req: { path, raw } }) => media.handle(raw, baseOf(raw), path.slice(name.length + 1)))
  }
  app.all(proxyRoute, (c) => {
    const target = URL.parse(c.req.header("x-fal-target-url") ?? "")
    if (target === null) return c.json({ detail: "Invalid request: x-fal-target-url must be a URL" }, 400)
    if (target.host === "api.fal.ai") return app.fetch(new Request(underOwn(c.req.url, target), c.req.raw))
    const host = Address.hostsByName.get(target.host)
    // Nothing is ever dialled: the URL only says which part of the sandbox is meant.
    if (host === undefined) return c.json({ detail: `'${target.host}' is not part of a local sandbox` }, 404)
    return handle(c.req.raw, Address.read(host, ownUrl(c.req.url, target), target.pathname))
  })
}

/** Every address of the sandbox. */
const routed = (needs: Needs): Hono => {
  const app = new Hono()
  app.onError((error, c) => failed(c.req.raw, error))
  app.use(async (c, next) => {
    const refused = strangerRefused(c.req.raw, needs.allowed)
    if (refused !== null) return refused
    return c.req.raw.headers.has("origin") ? shared(c, next) : next()
  })
  dataRoutes(app, needs)
  needs.rest.addTo(app)
  return app
}

/** The whole HTTP side of the sandbox. */
export class HttpPlane {
  private readonly app: Hono
  private readonly direct: DirectPath

  constructor(needs: Needs) {
    this.app = routed(needs)
    this.direct = new DirectPath(needs.data, needs.allowed)
  }

  /** The method, `ALL` for any, and the path of every route. */
  get routes(): ReadonlyArray<string> {
    return [...new Set(this.app.routes.map(({ method, path }) => `${method} ${path}`))]
  }

  fetch(request: Request): Response | Promise<Response> {
    try {
      const answer = this.direct.answer(request) ?? this.app.fetch(request)
      return answer instanceof Promise ? answer.catch((error: unknown) => failed(request, error)) : answer
    } catch (error) {
      return failed(request, error)
    }
  }
}

export class Http extends Context.Service<Http, HttpPlane>()("@ebb/runtime/planes/Http") {
  static readonly layer = Layer.effect(
    Http,
    Effect.gen(function* () {
      const allowed = yield* AllowedCallers
      const hosts = { data: yield* Data, media: yield* MediaHosting, restHost: yield* RestHosting }
      return new HttpPlane({ allowed, ...hosts, rest: yield* Rest })
    })
  )
}
