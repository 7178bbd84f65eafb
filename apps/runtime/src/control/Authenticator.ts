import { Effect } from "effect"
import type { KeyStore, Scope } from "../store/KeyStore.ts"
import type { SignInStore } from "../store/SignInStore.ts"
import type { TeamStore } from "../store/TeamStore.ts"
import { GuessLimit } from "./GuessLimit.ts"
import { Memo } from "./Memo.ts"
import { type Credentials, fromAuthorization, personalTeam, type Principal } from "./Principal.ts"
import { type Refused, refuse } from "./Refused.ts"

const invalidCredentials = refuse("UNAUTHENTICATED", "Invalid credentials")
const tooManyGuesses = refuse("RESOURCE_EXHAUSTED", "Too many wrong credentials; try again in a second")

/** Knows callers by what they show. */
export class Authenticator {
  private readonly keys: KeyStore
  private readonly signIns: SignInStore
  private readonly teams: TeamStore
  private readonly guesses = new GuessLimit(performance.now())
  /** By `Authorization` header, until a key is revoked: a header seen before costs no look at the database. */
  private readonly known = new Memo<Principal>()
  private revocationsSeen = 0

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

  /** The same for `Authorization`; a key that was shown before is known by the header as it stands. */
  identifyHeader(header: string | null): Principal | null {
    if (header === null) return null
    if (this.revocationsSeen !== this.keys.revocations) this.forget()
    const known = this.known.get(header)
    if (known !== undefined) return known
    const credentials = fromAuthorization(header)
    const principal = this.identify(credentials)
    if (principal !== null && credentials.kind === "key") this.known.set(header, principal)
    return principal
  }

  private forget(): void {
    this.known.clear()
    this.revocationsSeen = this.keys.revocations
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
