import { createHmac } from "node:crypto"
import { Context, Effect, Layer, Result, Schema } from "effect"
import { sign, verify } from "hono/jwt"
import type { Principal } from "../../control/Principal.ts"
import { Authentication, type Authenticator } from "../../control/Authenticator.ts"
import { SecretKey } from "../../store/SecretStore.ts"

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

const filesSeconds = 3600
const FilesClaims = Schema.Struct({ sub: Schema.String, files: Schema.Literal(true) })
const decodeFilesClaims = Schema.decodeUnknownResult(FilesClaims)

/** With what a client sends files straight to the CDN, as the platform answers it. */
interface FilesToken {
  readonly token: string
  readonly token_type: "Bearer"
  readonly expires_at: string
}

/** Clients name an app alone, with its owner, or with a path behind. */
const names = (allowed: string, { app, owner }: { readonly owner: string; readonly app: string }): boolean => {
  const [first = "", second] = allowed.split("/").filter((part) => part !== "")
  return second === undefined ? first === app : first === owner && second === app
}

/** Short-lived tokens for WebSockets and uploads. */
export class TokenMaker {
  private readonly authenticator: Authenticator
  private readonly key: string

  constructor(authenticator: Authenticator, key: string) {
    this.authenticator = authenticator
    this.key = key
  }

  /** One that is good for the apps that it names; what is wrong with the wish where it gives none. */
  async make({ keyId, team }: Principal, body: string): Promise<Result.Result<string, string>> {
    const asked = decodeAsked(body)
    if (Result.isFailure(asked)) {
      return Result.fail(
        `allowed_apps must be a list of apps, token_expiration a number of seconds up to ${secondsMax}`
      )
    }
    const { allowed_apps: apps, token_expiration: seconds = secondsDefault } = asked.success
    const exp = Math.floor(Date.now() / 1000) + seconds
    return Result.succeed(await sign({ sub: keyId, team, apps, exp }, this.key, "HS256"))
  }

  /** Who shows that token for that app; null where it is over, not ours, of a key that is revoked, or for others. */
  async read(token: string, target: { readonly owner: string; readonly app: string }): Promise<Principal | null> {
    const verified = await verify(token, this.key, "HS256").catch(() => null)
    const claims = decodeClaims(verified)
    if (Result.isFailure(claims)) return null
    const { apps, sub: keyId, team } = claims.success
    if (!this.authenticator.isInUse(keyId) || !apps.some((allowed) => names(allowed, target))) return null
    return { team, scope: "API", keyId }
  }

  /** One for uploads to the CDN. */
  async makeForFiles({ keyId }: Principal): Promise<FilesToken> {
    const exp = Math.floor(Date.now() / 1000) + filesSeconds
    const token = await sign({ sub: keyId, files: true, exp }, this.key, "HS256")
    // The offset in figures: Python's datetime.fromisoformat reads no Z before 3.11.
    return { token, token_type: "Bearer", expires_at: new Date(exp * 1000).toISOString().replace("Z", "+00:00") }
  }

  /** The key that such a token was made for; null where it is over, not ours, or of a key that is revoked. */
  async readForFiles(token: string): Promise<string | null> {
    const claims = decodeFilesClaims(await verify(token, this.key, "HS256").catch(() => null))
    if (Result.isFailure(claims)) return null
    return this.authenticator.isInUse(claims.success.sub) ? claims.success.sub : null
  }
}

export class Tokens extends Context.Service<Tokens, TokenMaker>()("@ebb/runtime/planes/data/Tokens") {
  static readonly layer = Layer.effect(
    Tokens,
    Effect.zipWith(Authentication, SecretKey, (authenticator, secretKey) => {
      const key = createHmac("sha256", secretKey).update("realtime tokens").digest("hex")
      return new TokenMaker(authenticator, key)
    })
  )
}
