import { Result, Schema } from "effect"
import type { FileStore, Stored } from "../../store/FileStore.ts"
import { plainError } from "../../edge/PlatformErrors.ts"
import * as Body from "../../edge/Body.ts"

const Initiate = Schema.Struct({ content_type: Schema.String, file_name: Schema.String })
const decodeInitiate = Schema.decodeUnknownResult(Schema.fromJsonString(Initiate))

const Lifecycle = Schema.Struct({ expiration_duration_seconds: Schema.optionalKey(Schema.Finite) })
const decodeLifecycle = Schema.decodeUnknownResult(Schema.fromJsonString(Lifecycle))

const Complete = Schema.Struct({
  parts: Schema.Array(Schema.Struct({ partNumber: Schema.Int, etag: Schema.String })).check(Schema.isMinLength(1))
})
const decodeComplete = Schema.decodeUnknownResult(Schema.fromJsonString(Complete))

const partsMax = 10_000

/** When a file is to be forgotten by the caller's wish; what is malformed is ignored. */
const expiryOf = (lifecycle: string | null): number | null => {
  const wish = lifecycle === null ? null : Result.getOrNull(decodeLifecycle(lifecycle))
  const seconds = wish?.expiration_duration_seconds
  return seconds === undefined ? null : Date.now() + seconds * 1000
}

/** `POST /storage/upload/initiate` and `initiate-multipart`: where to send a file, and where it will be. */
export const initiate = (files: FileStore, body: string, headers: Headers, base: string): Response => {
  const asked = decodeInitiate(body)
  if (Result.isFailure(asked)) return plainError(400, "content_type and file_name must be given, as text")
  const { content_type: contentType, file_name: name } = asked.success
  const expiresAtMs = expiryOf(headers.get("x-fal-object-lifecycle"))
  const { id, upload } = files.create({ name, contentType, expiresAtMs })
  return Response.json({
    file_url: `${base}/v3.fal.media/files/${id}/${encodeURIComponent(name)}`,
    upload_url: `${base}/rest.fal.ai/storage/upload/${id}?upload=${upload}`
  })
}

const put = async (files: FileStore, stored: Stored, part: string, request: Request): Promise<Response> => {
  const number = Number(part)
  if (part !== "" && !(/^\d+$/.test(part) && number >= 1 && number <= partsMax)) {
    return plainError(400, `A part's number must be from 1 to ${partsMax}, got '${part}'`)
  }
  const bytes = await Body.read(request)
  if (bytes instanceof Response) return bytes
  if (part !== "") return Response.json(files.putPart(stored, number, bytes))
  files.put(stored, bytes, request.headers.get("content-type"))
  return Response.json({})
}

const complete = async (files: FileStore, stored: Stored, request: Request): Promise<Response> => {
  const body = await Body.read(request)
  if (body instanceof Response) return body
  const asked = decodeComplete(new TextDecoder().decode(body))
  if (Result.isFailure(asked)) return plainError(400, "parts must be a list of partNumber and etag")
  const wrong = await files.complete(stored, asked.success.parts)
  if (wrong !== null) return plainError(400, `Part ${wrong} is not what was sent`)
  return Response.json({})
}

/** The bytes of a file: whole, in parts, or the end of the parts. Who knows the address may send them. */
export const upload = (files: FileStore, path: string, request: Request, url: URL): Promise<Response> | Response => {
  const [id = "", part = ""] = path.split("/")
  const stored = files.awaited(id, url.searchParams.get("upload") ?? "")
  if (stored === null) return plainError(404, "Nothing is awaited at this address")
  if (request.method === "PUT") return put(files, stored, part, request)
  if (request.method === "POST" && part === "complete") return complete(files, stored, request)
  return plainError(405, "Use PUT, or POST for complete")
}

/** A file as it was sent. It is somebody's content under our own address: whatever it is, it may not act as a page of ours. */
export const serve = (files: FileStore, path: string): Response => {
  const [, id = ""] = /^\/files\/([^/]+)\/[^/]*$/.exec(path) ?? []
  const file = files.find(id)
  if (file === null) return plainError(404, "There is no such file")
  const headers = {
    "content-type": file.contentType,
    "content-security-policy": "sandbox; default-src 'none'",
    "x-content-type-options": "nosniff"
  }
  return new Response(Bun.file(file.path), { headers })
}
