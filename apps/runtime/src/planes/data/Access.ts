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

/** Who asks about a queued request; `isTold`: whether what is asked about is there for that caller. */
export interface Asker extends Callable<NamedApp> {
  readonly isTold: boolean
}

/** A request is there for the team that sent it and for that of its app; whoever sent it without credentials has only its id. */
const isThereFor = (caller: string | null, app: NamedApp, principal: Principal | null): boolean =>
  caller === null || (principal !== null && [caller, app.team].includes(principal.team))

/** How callers of apps are known by their header. */
export class Callers extends Context.Service<Callers, HeaderReader>()("@ebb/runtime/planes/data/Callers") {}

type RequestNamed = AppNamed & { readonly id: string }

/** Of which app a request is, and which team sent it. */
interface Origin {
  readonly app: NamedApp
  readonly caller: string | null
}

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
    return this.byPrincipal(target, this.needs.callers.identify(authorization), authorization)
  }

  /**
   * Who asks about a request. Its app may be deleted or closed to the caller meanwhile: results stay readable (platform
   * rule 11). For anybody else it is as if there were no such request.
   */
  askable(target: RequestNamed, authorization: string | null): Asker | Response {
    const principal = this.needs.callers.identify(authorization)
    const { app, caller } = this.originOf(target) ?? { app: null, caller: null }
    if (app !== null && isThereFor(caller, app, principal)) {
      return { app, callerId: principal?.team ?? null, isTold: true }
    }
    const found = this.byPrincipal(target, principal, authorization)
    return found instanceof Response ? found : { ...found, isTold: false }
  }

  /** How the data plane refuses credentials. */
  refused(credentials: Credentials): Response {
    const { code, detail } = this.needs.authenticator.refusalOf(credentials)
    return plainError(refusals[code].http, detail)
  }

  /** The same for a caller who is known; null for one who showed nothing, or nothing that is anybody's. */
  callableBy(target: AppNamed, principal: Principal | null): Callable | Response {
    const app = this.needs.apps.at(target.place)
    if (app?.auth === "public") return { app, callerId: principal?.team ?? null }
    if (principal === null) return plainError(401, "Invalid credentials")
    if (app === null || (app.auth === "private" && app.team !== principal.team)) {
      return plainError(404, `Application '${target.app}' not found`)
    }
    return { app, callerId: principal.team }
  }

  private byPrincipal(
    target: AppNamed,
    principal: Principal | null,
    authorization: string | null
  ): Callable | Response {
    const found = this.callableBy(target, principal)
    return principal === null && found instanceof Response ? this.refused(fromAuthorization(authorization)) : found
  }

  private originOf({ env, id, name, owner }: RequestNamed): Origin | null {
    const { apps, kept } = this.needs
    const origin = kept.originOf(id)
    const app = origin === null ? null : apps.ever(origin.app)
    const isOwn = app?.team === owner && app.env === env && app.name === name
    return origin !== null && isOwn ? { app, caller: origin.caller } : null
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
