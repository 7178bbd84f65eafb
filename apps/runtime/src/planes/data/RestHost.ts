import { Context, Effect, Layer, Result } from "effect"
import { Authentication, type Authenticator } from "../../control/Authenticator.ts"
import { fromAuthorization } from "../../control/Principal.ts"
import * as Body from "../../edge/Body.ts"
import { notAllowed, plainError } from "../../edge/PlatformErrors.ts"
import { Files, type FileStore } from "../../store/FileStore.ts"
import { type WebhookKey, WebhookSigning } from "../../webhooks/Signature.ts"
import { Access, type AppAccess } from "./Access.ts"
import type { Address } from "./Address.ts"
import * as Storage from "./Storage.ts"
import { type TokenMaker, Tokens } from "./Tokens.ts"

const initiates = ["/storage/upload/initiate", "/storage/upload/initiate-multipart"]
const uploads = "/storage/upload/"

interface Needs {
  readonly access: AppAccess
  readonly authenticator: Authenticator
  readonly files: FileStore
  readonly tokens: TokenMaker
  readonly webhookKey: WebhookKey
}

/** What the platform's `rest.fal.ai` does for callers of apps: tokens for WebSockets, uploads. */
export class RestHost {
  private readonly needs: Needs

  constructor(needs: Needs) {
    this.needs = needs
  }

  /** `base`: our own address. */
  async handle(request: Request, base: string, { path, url }: Address): Promise<Response> {
    const { access, authenticator, files, tokens, webhookKey } = this.needs
    const isInitiate = initiates.includes(path)
    if (path.startsWith(uploads) && !isInitiate) return Storage.upload(files, path.slice(uploads.length), request, url)
    if (path === "/.well-known/jwks.json") return Response.json(webhookKey.jwks())
    const isToken = path.replace(/\/$/, "") === "/tokens"
    const isFilesToken = path === "/storage/auth/token"
    if (!isToken && !isFilesToken && !isInitiate) return plainError(404, "Not found")
    if (request.method !== "POST") return notAllowed("POST")
    const credentials = fromAuthorization(request.headers.get("authorization"))
    const principal = authenticator.identify(credentials)
    if (principal === null) return access.refused(credentials)
    if (isFilesToken)
      return Response.json({ ...(await tokens.makeForFiles(principal)), base_url: `${base}/v3.fal.media` })
    const body = await Body.read(request)
    if (body instanceof Response) return body
    const text = new TextDecoder().decode(body)
    if (isInitiate) return Storage.initiate(files, text, request.headers, base)
    const token = await tokens.make(principal, text)
    return Result.isSuccess(token) ? Response.json(token.success) : plainError(400, token.failure)
  }
}

export class RestHosting extends Context.Service<RestHosting, RestHost>()("@ebb/runtime/planes/data/RestHosting") {
  static readonly layer = Layer.effect(
    RestHosting,
    Effect.gen(function* () {
      const needs = { access: yield* Access, authenticator: yield* Authentication, files: yield* Files }
      return new RestHost({ ...needs, tokens: yield* Tokens, webhookKey: yield* WebhookSigning })
    })
  )
}
