import { Context, Effect, Layer } from "effect"
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto"
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { madeAnew } from "../store/DamagedData.ts"
import { Directory } from "../store/DataDirectory.ts"

/** What is signed with a webhook. */
export interface Signed {
  readonly requestId: string
  readonly userId: string
  /** Seconds since the epoch. */
  readonly timestamp: number
  readonly body: string
}

const read = (file: string): KeyObject | null => {
  if (!existsSync(file)) return null
  try {
    return createPrivateKey(readFileSync(file, "utf8"))
  } catch {
    madeAnew(file, "Who checks the signatures of webhooks reads the public key again.")
    return null
  }
}

const make = (file: string): KeyObject => {
  const { privateKey } = generateKeyPairSync("ed25519")
  writeFileSync(file, privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 })
  return privateKey
}

/** The key of this sandbox's webhooks (platform rule 4.8); made on first use, readable by its owner alone. */
export class WebhookKey {
  private readonly key: KeyObject

  constructor(file: string) {
    this.key = read(file) ?? make(file)
  }

  headers({ body, requestId, timestamp, userId }: Signed): Record<string, string> {
    const digest = createHash("sha256").update(body).digest("hex")
    const message = [requestId, userId, String(timestamp), digest].join("\n")
    return {
      "x-fal-webhook-request-id": requestId,
      "x-fal-webhook-user-id": userId,
      "x-fal-webhook-timestamp": String(timestamp),
      "x-fal-webhook-signature": sign(null, Buffer.from(message), this.key).toString("hex")
    }
  }

  /** The public half, for whoever checks a signature. */
  jwks(): { readonly keys: ReadonlyArray<object> } {
    const jwk = createPublicKey(this.key).export({ format: "jwk" })
    const kid = createHash("sha256").update(String(jwk.x)).digest("hex").slice(0, 16)
    return { keys: [{ ...jwk, kid, use: "sig", alg: "EdDSA" }] }
  }
}

export class WebhookSigning extends Context.Service<WebhookSigning, WebhookKey>()(
  "@ebb/runtime/webhooks/WebhookSigning"
) {
  static readonly layer = Layer.effect(
    WebhookSigning,
    Effect.map(Directory, (directory) => new WebhookKey(directory.file("webhook.key")))
  )
}
