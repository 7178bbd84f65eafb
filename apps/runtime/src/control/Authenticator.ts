import { Context, Effect, Layer } from "effect"
import { Keys, type KeyStore, type Scope } from "../store/KeyStore.ts"
import { SignIns, type SignInStore } from "../store/SignInStore.ts"
import { Teams, type TeamStore } from "../store/TeamStore.ts"
import { GuessLimit } from "./GuessLimit.ts"
import { type Credentials, personalTeam, type Principal } from "./Principal.ts"
import { type Refused, refuse } from "./Refused.ts"

const invalidCredentials = refuse("UNAUTHENTICATED", "Invalid credentials")
const tooManyGuesses = refuse("RESOURCE_EXHAUSTED", "Too many wrong credentials; try again in a second")

/** Knows callers by what they show. */
export class Authenticator {
  private readonly keys: KeyStore
  private readonly signIns: SignInStore
  private readonly teams: TeamStore
  private readonly guesses = new GuessLimit(performance.now())

  constructor(keys: KeyStore, signIns: SignInStore, teams: TeamStore) {
    this.keys = keys
    this.signIns = signIns
    this.teams = teams
  }

  /** Who shows these, null where they are nobody's. */
  identify(credentials: Credentials): Principal | null {
    switch (credentials.kind) {
      case "none":
        return null
      case "key": {
        const key = this.keys.authenticate(credentials.id, credentials.secret)
        return key === null ? null : { team: key.team, scope: key.scope, keyId: key.id }
      }
      case "login": {
        if (!this.signIns.isLogin(credentials.token)) return null
        const team = this.teams.all().find(({ userId }) => userId === (credentials.userId ?? personalTeam.userId))
        return team === undefined ? null : { team: team.name, scope: "ADMIN", keyId: "login" }
      }
      case "session": {
        if (!this.signIns.isSession(credentials.token)) return null
        const team = this.teams.find(credentials.team ?? personalTeam.name)
        return team === null ? null : { team: team.name, scope: "ADMIN", keyId: "page" }
      }
    }
  }

  /** How those are refused who showed something that is nobody's, or nothing. */
  refusalOf({ kind }: Credentials): Refused {
    return kind !== "none" && this.guesses.isTooMany(performance.now()) ? tooManyGuesses : invalidCredentials
  }

  /** The principal, if it may do what needs that scope; `what` names it in the refusal. */
  authorize(credentials: Credentials, needed: Scope, what: string): Effect.Effect<Principal, Refused> {
    const principal = this.identify(credentials)
    if (principal === null) return Effect.fail(this.refusalOf(credentials))
    if (needed === "ADMIN" && principal.scope !== "ADMIN") {
      const detail = `This key has scope ${principal.scope}; ${what} needs a key with scope ADMIN`
      return Effect.fail(refuse("PERMISSION_DENIED", detail))
    }
    return Effect.succeed(principal)
  }

  /** Whether what is called so may still act: a key that is not revoked, a login, a page. */
  isInUse(keyId: string): boolean {
    return keyId === "login" || keyId === "page" || this.keys.isThere(keyId)
  }
}

/** Who may do what. */
export class Authentication extends Context.Service<Authentication, Authenticator>()(
  "@ebb/runtime/control/Authentication"
) {
  static readonly layer = Layer.effect(
    Authentication,
    Effect.gen(function* () {
      return new Authenticator(yield* Keys, yield* SignIns, yield* Teams)
    })
  )
}
