import { Context, Effect, Layer } from "effect"
import type { Hono } from "hono"
import { Authentication } from "../../control/Authenticator.ts"
import type { Control } from "../../control/Control.ts"
import { personalTeam } from "../../control/Principal.ts"
import { SignIns, type SignInStore } from "../../store/SignInStore.ts"
import { type WebhookKey, WebhookSigning } from "../../webhooks/Signature.ts"
import { Events, type EventStream } from "./EventStream.ts"
import * as Foreign from "./Foreign.ts"
import { type Host, SandboxHost } from "./Host.ts"
import * as OpenApi from "./OpenApi.ts"
import { Router } from "./Router.ts"
import * as Routes from "./Routes.ts"
import { cookieOf, signIn } from "./SignIn.ts"
import * as Serverless from "./Serverless.ts"
import * as Streams from "./Streams.ts"

/** The page that is served at `/`, and its files. */
export type Page = (path: string) => Response | Promise<Response> | null

/** What is served where the path names nothing else. */
export class Pages extends Context.Service<Pages, Page>()("@ebb/runtime/planes/rest/Pages") {}

interface Needs {
  readonly events: EventStream
  readonly host: Host
  readonly page: Page
  readonly routerOf: (app: Hono) => Router
  readonly signIns: SignInStore
  readonly webhookKey: WebhookKey
}

/** Where the page shows an app; clients put the path of an endpoint behind the address that they are told. */
const pageOf = ({ app, owner }: { readonly app: string; readonly owner: string }): string => {
  const team = owner === personalTeam.name ? "" : `?team=${encodeURIComponent(owner)}`
  return `/${team}#/app/${encodeURIComponent(app)}`
}

/** The control plane over HTTP, and the page. */
export class RestPlane {
  private readonly needs: Needs

  constructor(needs: Needs) {
    this.needs = needs
  }

  addTo(app: Hono): void {
    const { events, host, page, routerOf, signIns, webhookKey } = this.needs
    const router = routerOf(app)
    Routes.add(router, host)
    Foreign.add(router)
    Serverless.add(router)
    Streams.add(router, events)
    // Made when somebody asks: it takes as long as all else of a start.
    let openApi: ReturnType<typeof OpenApi.document> | null = null
    app.get("/.well-known/jwks.json", (c) => c.json(webhookKey.jwks()))
    app.get("/openapi.json", (c) => c.json((openApi ??= OpenApi.document())))
    app.get("/playground/:owner/:app/*", (c) => c.redirect(pageOf(c.req.param())))
    app.get("*", async (c) => {
      const signed = signIn(c, signIns, host.links)
      return signed ?? (await page(c.req.path)) ?? c.json({ detail: "Not found" }, 404)
    })
    app.notFound((c) => c.json({ detail: "Not found" }, 404))
  }
}

export class Rest extends Context.Service<Rest, RestPlane>()("@ebb/runtime/planes/rest/Rest") {
  static readonly layer = Layer.effect(
    Rest,
    Effect.gen(function* () {
      const authenticator = yield* Authentication
      const control = yield* Effect.context<Control>()
      const signIns = yield* SignIns
      const cookieName = cookieOf(signIns.sandboxId())
      const routerOf = (app: Hono) => new Router(app, authenticator, control, cookieName)
      const needs = { events: yield* Events, host: yield* SandboxHost, page: yield* Pages, signIns }
      return new RestPlane({ ...needs, routerOf, webhookKey: yield* WebhookSigning })
    })
  )
}
