import { Result, Schema } from "effect"
import { sign, verify } from "hono/jwt"
import type { Principal } from "../../control/Principal.ts"
import type { Sandbox } from "../../Sandbox.ts"

const secondsMax = 24 * 60 * 60
const secondsDefault = 120

/** What a token is asked for with. */
const Asked = Schema.Struct({
  allowed_apps: Schema.Array(Schema.String).check(Schema.isMinLength(1)),
  token_expiration: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: secondsMax })))
})
const decodeAsked = Schema.decodeUnknownResult(Schema.fromJsonString(Asked))

const Claims = Schema.Struct({ sub: Schema.String, team: Schema.String, apps: Schema.Array(Schema.String) })
const decodeClaims = Schema.decodeUnknownResult(Claims)

/** A short-lived token, good for WebSockets of the apps that it names; what is wrong with the wish where it gives none. */
export const make = async (
  sandbox: Sandbox,
  { keyId, team }: Principal,
  body: string
): Promise<Result.Result<string, string>> => {
  const asked = decodeAsked(body)
  if (Result.isFailure(asked)) {
    return Result.fail(`allowed_apps must be a list of apps, token_expiration a number of seconds up to ${secondsMax}`)
  }
  const { allowed_apps: apps, token_expiration: seconds = secondsDefault } = asked.success
  const exp = Math.floor(Date.now() / 1000) + seconds
  return Result.succeed(await sign({ sub: keyId, team, apps, exp }, sandbox.tokenKey, "HS256"))
}

/** Clients name an app alone, with its owner, or with a path behind. */
const names = (allowed: string, { app, owner }: { readonly owner: string; readonly app: string }): boolean => {
  const [first = "", second] = allowed.split("/").filter((part) => part !== "")
  return second === undefined ? first === app : first === owner && second === app
}

/** Who shows that token for that app; null where it is over, not ours, of a key that is revoked, or for others. */
export const read = async (
  sandbox: Sandbox,
  token: string,
  target: { readonly owner: string; readonly app: string }
): Promise<Principal | null> => {
  const verified = await verify(token, sandbox.tokenKey, "HS256").catch(() => null)
  const claims = decodeClaims(verified)
  if (Result.isFailure(claims)) return null
  const { apps, sub: keyId, team } = claims.success
  if (!sandbox.authenticator.isInUse(keyId) || !apps.some((allowed) => names(allowed, target))) return null
  return { team, scope: "API", keyId }
}
