import { plainSubmission } from "@ebb/core/fleet/Intake"
import { RequestKind } from "@ebb/core/tables/RequestState"
import { Context, Effect, Layer, Result } from "effect"
import type { IncomingMessage } from "node:http"
import { Admission, type Gate } from "../../control/Admission.ts"
import { Authentication, type Authenticator } from "../../control/Authenticator.ts"
import { fromAuthorization } from "../../control/Principal.ts"
import { platformError, plainError } from "../../edge/PlatformErrors.ts"
import { refuse } from "../../edge/Refusal.ts"
import * as WebSockets from "../../edge/WebSockets.ts"
import { type Announcer, Announcing } from "../../kernel/Announcer.ts"
import { Kernel, type LiveFleet } from "../../kernel/Kernel.ts"
import { LiveRequest } from "../../kernel/LiveRequest.ts"
import { Access, type AppAccess, type Callable } from "../data/Access.ts"
import * as Address from "../data/Address.ts"
import { Data, type DataPlane } from "../data/DataPlane.ts"
import { type TokenMaker, Tokens } from "../data/Tokens.ts"
import { FramedCalls } from "./FramedCalls.ts"
import { RealtimeCaller } from "./RealtimeCaller.ts"
import * as RealtimeOptions from "./RealtimeOptions.ts"

/** The hosts that clients open WebSockets on, as they stand in a path. */
const hostPrefix = /^\/(?:ws\.)?fal\.run(?=\/)/

const unauthorized = JSON.stringify({ status: "error", error: "Unauthorized" })
const policyViolation = 1008

/** A client with a token sees no HTTP status: it is told in the words that it knows, which make it drop the token. */
const refuseToken = (wish: WebSockets.Wish): void =>
  WebSockets.open(wish, (opened) => {
    opened.send(unauthorized)
    opened.close(policyViolation, "Unauthorized")
  })

/** Whether it can become a WebSocket at all (RFC 6455, 4.2.1): past this point a handshake does not fail. */
const isHandshake = ({ headers, method }: IncomingMessage): boolean =>
  method === "GET" &&
  headers.upgrade?.toLowerCase() === "websocket" &&
  headers["sec-websocket-version"] === "13" &&
  /^[+/0-9A-Za-z]{22}==$/.test(headers["sec-websocket-key"] ?? "")

type Run = Extract<Address.Target, { readonly kind: "run" }>

/** Whether it came to the host that takes HTTP over WebSockets; an app's realtime endpoint is itself there too. */
const isFramed = ({ headers }: IncomingMessage, { pathname }: URL, { path }: Run): boolean =>
  (pathname.startsWith("/ws.fal.run/") || (headers.host ?? "").startsWith("ws.")) && !/\/realtime\/?$/.test(path)

/** Of the handshake, not of the requests that come after it: their answers are messages, which no coding of HTTP is for. */
const ofHandshake = /^(?:accept-encoding|connection|upgrade|host|content-(?:type|length)|sec-websocket-.*)$/

interface Needs {
  readonly access: AppAccess
  readonly announcer: Announcer
  readonly authenticator: Authenticator
  readonly data: DataPlane
  readonly gate: Gate
  readonly kernel: LiveFleet
  readonly tokens: TokenMaker
}

/** Takes WebSockets of apps. */
export class RealtimePlane {
  private readonly needs: Needs

  constructor(needs: Needs) {
    this.needs = needs
  }

  /** Takes over a connection that asks for a WebSocket of an app. */
  async accept(wish: WebSockets.Wish, url: URL): Promise<void> {
    const { request, socket } = wish
    const path = url.pathname.replace(hostPrefix, "")
    const target = path === url.pathname ? null : Address.targetOf("fal.run", path)
    if (target === null || target.kind !== "run") return refuse(socket, plainError(404, "Not found"))
    if (!isHandshake(request)) return refuse(socket, plainError(400, "A WebSocket handshake is wanted here"))
    const { authenticator, tokens } = this.needs
    const token = url.searchParams.get("fal_jwt_token")
    url.searchParams.delete("fal_jwt_token")
    const bearer = token === null ? null : await tokens.read(token, target)
    if (socket.destroyed) return
    if (token !== null && bearer === null) return refuseToken(wish)
    const principal = bearer ?? authenticator.identify(fromAuthorization(request.headers.authorization ?? null))
    const found = this.needs.access.callableBy(target, principal)
    if (found instanceof Response) return refuse(socket, found)
    if (isFramed(request, url, target)) return this.framed(wish, url, path)
    return this.submit(wish, url, target, found)
  }

  /** Each message becomes a direct request, with what the handshake said of its caller and how it wants to be served. */
  private framed(wish: WebSockets.Wish, url: URL, path: string): void {
    const headers = new Headers({ "content-type": "application/json" })
    for (const [name, value] of Object.entries(wish.request.headers)) {
      if (typeof value === "string" && !ofHandshake.test(name)) headers.set(name, value)
    }
    const address = Address.read("fal.run", url, path)
    FramedCalls.open(wish, (body, signal) =>
      this.needs.data.handle(
        new Request(url.href, { method: "POST", headers, body: Buffer.from(body), signal }),
        address
      )
    )
  }

  private submit(wish: WebSockets.Wish, url: URL, { path }: Run, { app, callerId }: Callable): Promise<void> | void {
    const { announcer, gate, kernel } = this.needs
    const { request, socket } = wish
    if (gate.isClosed) return refuse(socket, plainError(503, "The sandbox is going down"))
    const options = RealtimeOptions.read(request, url.searchParams)
    if (Result.isFailure(options)) return refuse(socket, platformError(400, "bad_request", options.failure))
    const caller = new RealtimeCaller(kernel.world, { ...wish, path: `${path}${url.search}` }, options.success)
    const call = { method: "GET", path, headers: new Headers(), body: null }
    const id = crypto.randomUUID()
    const kind = RequestKind.realtime
    const live = new LiveRequest({ id, app, kind, call, caller, callerId, serviceMs: 0 })
    live.session = caller
    caller.live = live
    if (!kernel.submissions.submit(live, plainSubmission(RequestKind.realtime))) {
      return refuse(socket, platformError(503, "runner_scheduling_failure"))
    }
    announcer.app(app.id)
  }
}

export class Realtime extends Context.Service<Realtime, RealtimePlane>()("@ebb/runtime/planes/realtime/Realtime") {
  static readonly layer = Layer.effect(
    Realtime,
    Effect.gen(function* () {
      const needs = { access: yield* Access, announcer: yield* Announcing, authenticator: yield* Authentication }
      return new RealtimePlane({
        ...needs,
        data: yield* Data,
        gate: yield* Admission,
        kernel: yield* Kernel,
        tokens: yield* Tokens
      })
    })
  )
}
