import { Effect } from "effect"
import type { Scope } from "../store/KeyStore.ts"
import type { Team } from "../store/TeamStore.ts"
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

/** What shows all teams is for the sandbox's own user: a key of another team opens that team alone. */
export const isUser = (principal: Principal): boolean =>
  principal.scope === "ADMIN" && (principal.team === personalTeam.name || ["login", "page"].includes(principal.keyId))

/** The principal, where it is the user; `what` names in a refusal what is all teams'. */
export const asUser = (principal: Principal, what: string): Effect.Effect<Principal, Refused> => {
  if (isUser(principal)) return Effect.succeed(principal)
  const detail = `${what} concerns all teams; it needs a key of team ${personalTeam.name}`
  return Effect.fail(refuse("PERMISSION_DENIED", detail))
}
