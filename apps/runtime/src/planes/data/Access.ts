import { Context, Effect, Layer } from "effect"
import { Authentication, type Authenticator } from "../../control/Authenticator.ts"
import { type Credentials, fromAuthorization, type Principal } from "../../control/Principal.ts"
import { refusals } from "../../control/Refused.ts"
import { plainError } from "../../edge/PlatformErrors.ts"
import { Apps, type KnownApps } from "../../kernel/Apps.ts"
import type { LiveApp, NamedApp } from "../../kernel/LiveApp.ts"
import { KeptRequests, type RequestReader } from "../../store/RequestReader.ts"
import type { AppNamed } from "./Address.ts"

/** An app that may be called, and the team of the key that calls it. */
export interface Callable<App extends NamedApp = LiveApp> {
  readonly app: App
  readonly callerId: string | null
}

/** Who shows that `Authorization`; null where it is nobody's. */
export interface HeaderReader {
  readonly identify: (header: string | null) => Principal | null
}

/** How callers of apps are known by their header. */
export class Callers extends Context.Service<Callers, HeaderReader>()("@ebb/runtime/planes/data/Callers") {}

interface Needs {
  readonly apps: KnownApps
  readonly authenticator: Authenticator
  readonly callers: HeaderReader
  readonly kept: RequestReader
}

/** Which app a call means, and whether its caller may call it (platform rules 6, 9). */
export class AppAccess {
  private readonly needs: Needs

  constructor(needs: Needs) {
    this.needs = needs
  }

  /** The app that is meant, if that caller may call it; else the refusal. */
  callable(target: AppNamed, authorization: string | null): Callable | Response {
    return this.byHeader(this.needs.apps.at(target.place), target, authorization)
  }

  /** The app of a request, be it deleted: results stay readable (platform rule 11). */
  askable(target: AppNamed & { readonly id: string }, authorization: string | null): Callable<NamedApp> | Response {
    return this.byHeader(this.ofRequest(target), target, authorization)
  }

  /** How the data plane refuses credentials. */
  refused(credentials: Credentials): Response {
    const { code, detail } = this.needs.authenticator.refusalOf(credentials)
    return plainError(refusals[code].http, detail)
  }

  /** The same for a caller who is known; null for one who showed nothing, or nothing that is anybody's. */
  callableBy(target: AppNamed, principal: Principal | null): Callable | Response {
    return this.allowed(this.needs.apps.at(target.place), target, principal)
  }

  private byHeader<App extends NamedApp>(
    app: App | null,
    target: AppNamed,
    authorization: string | null
  ): Callable<App> | Response {
    const principal = this.needs.callers.identify(authorization)
    const found = this.allowed(app, target, principal)
    return principal === null && found instanceof Response ? this.refused(fromAuthorization(authorization)) : found
  }

  private allowed<App extends NamedApp>(
    app: App | null,
    target: AppNamed,
    principal: Principal | null
  ): Callable<App> | Response {
    if (app?.auth === "public") return { app, callerId: principal?.team ?? null }
    if (principal === null) return plainError(401, "Invalid credentials")
    if (app === null || (app.auth === "private" && app.team !== principal.team)) {
      return plainError(404, `Application '${target.app}' not found`)
    }
    return { app, callerId: principal.team }
  }

  private ofRequest({ env, id, name, owner, place }: AppNamed & { readonly id: string }): NamedApp | null {
    const { apps, kept } = this.needs
    const appId = kept.appOf(id)
    const asked = appId === null ? null : apps.ever(appId)
    const isOwn = asked?.team === owner && asked.env === env && asked.name === name
    return isOwn ? asked : apps.at(place)
  }
}

export class Access extends Context.Service<Access, AppAccess>()("@ebb/runtime/planes/data/Access") {
  static readonly layer = Layer.effect(
    Access,
    Effect.gen(function* () {
      const authenticator = yield* Authentication
      return new AppAccess({ apps: yield* Apps, authenticator, callers: yield* Callers, kept: yield* KeptRequests })
    })
  )
}
