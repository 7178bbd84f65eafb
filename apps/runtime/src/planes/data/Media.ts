import { Context, Effect, Layer } from "effect"
import { Authentication, type Authenticator } from "../../control/Authenticator.ts"
import { fromAuthorization } from "../../control/Principal.ts"
import * as Body from "../../edge/Body.ts"
import { notAllowed } from "../../edge/PlatformErrors.ts"
import { type Awaited, Files, type FileStore } from "../../store/FileStore.ts"
import { Access, type AppAccess } from "./Access.ts"
import * as Storage from "./Storage.ts"
import { type TokenMaker, Tokens } from "./Tokens.ts"

interface Needs {
  readonly access: AppAccess
  readonly authenticator: Authenticator
  readonly files: FileStore
  readonly tokens: TokenMaker
}

const begins = ["/files/upload", "/files/upload/multipart"]
const inParts = /^\/files\/([^/]+)\/[^/]+\/multipart\/([^/]+)\/(\d+|complete)$/

/**
 * The CDN: files that were uploaded, and those that clients send straight there, at once (`POST /files/upload`) or in
 * parts (`POST /files/upload/multipart`, `PUT …/multipart/{uploadId}/{n}`, `POST …/multipart/{uploadId}/complete`).
 */
export class MediaHost {
  private readonly needs: Needs

  constructor(needs: Needs) {
    this.needs = needs
  }

  /** `base`: our own address; `path`: behind the host. */
  handle(request: Request, base: string, path: string): Response | Promise<Response> {
    if (begins.includes(path) || inParts.test(path)) return this.upload(request, base, path)
    if (request.method !== "GET" && request.method !== "HEAD") return notAllowed("GET")
    return Storage.serve(this.needs.files, path)
  }

  private async upload(request: Request, base: string, path: string): Promise<Response> {
    const authorization = request.headers.get("authorization")
    if (!(await this.mayUpload(authorization))) return this.needs.access.refused(fromAuthorization(authorization))
    const [, id, word, step = "complete"] = inParts.exec(path) ?? []
    const method = step === "complete" ? "POST" : "PUT"
    if (request.method !== method) return notAllowed(method)
    if (id === undefined) return path === begins[0] ? this.whole(request, base) : this.begin(request, base)
    return Storage.receive(this.needs.files, { id, word: word!, part: step }, request)
  }

  /** By a key, or by a token of the CDN whose key is still in use. */
  private async mayUpload(authorization: string | null): Promise<boolean> {
    const { authenticator, tokens } = this.needs
    const [, token] = /^bearer (.+)$/i.exec(authorization ?? "") ?? []
    if (token !== undefined && (await tokens.readForFiles(token)) !== null) return true
    return authenticator.identify(fromAuthorization(authorization)) !== null
  }

  /** A place for the file that the headers tell of, or why there is none. */
  private async create({ headers }: Request): Promise<Awaited | Response> {
    const name = headers.get("x-fal-file-name") ?? "file"
    const contentType = headers.get("content-type") ?? "application/octet-stream"
    if (!Storage.isGood({ content_type: contentType, file_name: name })) return Storage.badFile()
    const expiresAtMs = Storage.expiryOf(headers.get("x-fal-object-lifecycle"))
    if (expiresAtMs instanceof Response) return expiresAtMs
    return this.needs.files.create({ name, contentType, expiresAtMs })
  }

  private async whole(request: Request, base: string): Promise<Response> {
    const bytes = await Body.read(request)
    if (bytes instanceof Response) return bytes
    const stored = await this.create(request)
    if (stored instanceof Response) return stored
    await this.needs.files.put(stored, bytes, stored.contentType)
    return Response.json({ access_url: Storage.addressOf(base, stored) })
  }

  private async begin(request: Request, base: string): Promise<Response> {
    const stored = await this.create(request)
    if (stored instanceof Response) return stored
    return Response.json({ access_url: Storage.addressOf(base, stored), uploadId: stored.upload })
  }
}

export class MediaHosting extends Context.Service<MediaHosting, MediaHost>()("@ebb/runtime/planes/data/MediaHosting") {
  static readonly layer = Layer.effect(
    MediaHosting,
    Effect.gen(function* () {
      const needs = { access: yield* Access, authenticator: yield* Authentication, files: yield* Files }
      return new MediaHost({ ...needs, tokens: yield* Tokens })
    })
  )
}
