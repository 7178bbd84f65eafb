import { Effect } from "effect"
import type { AccountStore, Scope, Team } from "../store/AccountStore.ts"
import { type Refused, refuse } from "./Refused.ts"

/** Who asks: a key, a login or a signed-in page, acting for one team. */
export interface Principal {
  readonly team: string
  readonly scope: Scope
  /** The key's id; `login` or `page` for those. */
  readonly keyId: string
}

/** What a caller showed, whatever the protocol. */
export type Credentials =
  | { readonly kind: "none" }
  | { readonly kind: "key"; readonly id: string; readonly secret: string }
  | { readonly kind: "login"; readonly token: string; readonly userId: string | null }
  | { readonly kind: "session"; readonly token: string; readonly team: string | null }

export const personalTeam: Team = {
  name: "local",
  userId: "local|u-1",
  fullName: "Local User",
  isPersonal: true
}

const invalidCredentials = refuse("UNAUTHENTICATED", "Invalid credentials")
const tooManyGuesses = refuse("RESOURCE_EXHAUSTED", "Too many wrong credentials; try again in a second")

/** How those are refused who showed something that is nobody's, or nothing. */
export const refusalOf = (accounts: AccountStore, { kind }: Credentials): Refused =>
  kind !== "none" && accounts.guesses.isTooMany(performance.now()) ? tooManyGuesses : invalidCredentials

/** `Authorization: Key ID:SECRET` or `Bearer TOKEN`. */
export const fromAuthorization = (header: string | null, userId: string | null = null): Credentials => {
  const [scheme = "", ...values] = (header ?? "").split(" ")
  const value = values.find((part) => part !== "") ?? ""
  if (scheme.toLowerCase() === "key") {
    const at = value.indexOf(":")
    return at > 0 ? { kind: "key", id: value.slice(0, at), secret: value.slice(at + 1) } : { kind: "none" }
  }
  return scheme.toLowerCase() === "bearer" ? { kind: "login", token: value, userId } : { kind: "none" }
}

/** Who shows these, null where they are nobody's. */
export const identify = (accounts: AccountStore, credentials: Credentials): Principal | null => {
  switch (credentials.kind) {
    case "none":
      return null
    case "key": {
      const key = accounts.authenticate(credentials.id, credentials.secret)
      return key === null ? null : { team: key.team, scope: key.scope, keyId: key.id }
    }
    case "login": {
      if (!accounts.isLogin(credentials.token)) return null
      const team = accounts.teams().find(({ userId }) => userId === (credentials.userId ?? personalTeam.userId))
      return team === undefined ? null : { team: team.name, scope: "ADMIN", keyId: "login" }
    }
    case "session": {
      if (!accounts.isSession(credentials.token)) return null
      const team = accounts.team(credentials.team ?? personalTeam.name)
      return team === null ? null : { team: team.name, scope: "ADMIN", keyId: "page" }
    }
  }
}

/** The same for `Authorization`; a key that was shown before is known by the header as it stands. */
export const identifyHeader = (accounts: AccountStore, header: string | null): Principal | null => {
  if (header === null) return null
  const known = accounts.principals.get(header)
  if (known !== undefined) return known
  const credentials = fromAuthorization(header)
  const principal = identify(accounts, credentials)
  if (principal !== null && credentials.kind === "key") accounts.principals.set(header, principal)
  return principal
}

/** What shows all teams is for the sandbox's own user: a key of another team opens that team alone. */
export const asUser = (principal: Principal, what: string): Effect.Effect<Principal, Refused> => {
  const isUser = principal.team === personalTeam.name || ["login", "page"].includes(principal.keyId)
  if (isUser) return Effect.succeed(principal)
  const detail = `${what} is of all teams; it needs a key of team ${personalTeam.name}`
  return Effect.fail(refuse("PERMISSION_DENIED", detail))
}

/** The principal, if it may do what needs that scope; `what` names it in the refusal. */
export const authorize = (
  accounts: AccountStore,
  credentials: Credentials,
  needed: Scope,
  what: string
): Effect.Effect<Principal, Refused> => {
  const principal = identify(accounts, credentials)
  if (principal === null) return Effect.fail(refusalOf(accounts, credentials))
  if (needed === "ADMIN" && principal.scope !== "ADMIN") {
    const detail = `This key has scope ${principal.scope}; ${what} needs a key with scope ADMIN`
    return Effect.fail(refuse("PERMISSION_DENIED", detail))
  }
  return Effect.succeed(principal)
}
