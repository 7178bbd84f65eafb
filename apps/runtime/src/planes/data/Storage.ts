import { Result, Schema } from "effect"
import {
  type Awaited,
  type FileStore,
  type Part,
  type Stored,
  doneEtag,
  etagOf,
  tooLarge,
  wholeEtagOf
} from "../../store/FileStore.ts"
import { plainError } from "../../edge/PlatformErrors.ts"
import { limits } from "../../edge/Limits.ts"
import * as Body from "../../edge/Body.ts"
import { contentOf } from "../../edge/Content.ts"

/** A media type (RFC 9110, 8.3.1): it stands in a header when the file is read. */
const ContentType = Schema.String.check(
  Schema.isPattern(/^[\w!#$&^.+-]+\/[\w!#$&^.+-]+( *;[ -~]*)?$/),
  Schema.isMaxLength(255)
)
const FileName = Schema.String.check(Schema.isPattern(/^[^\p{Cc}\p{Cs}]+$/u), Schema.isMaxLength(1024))
const Initiate = Schema.Struct({ content_type: ContentType, file_name: FileName })
/** Whether a file may be kept under that name and type. */
export const isGood = Schema.is(Initiate)
const decodeInitiate = Schema.decodeUnknownResult(Schema.fromJsonString(Initiate))

const centurySeconds = 100 * 365 * 24 * 60 * 60
const Seconds = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: centurySeconds }))
const Lifecycle = Schema.Struct({ expiration_duration_seconds: Schema.optionalKey(Seconds) })
const decodeLifecycle = Schema.decodeUnknownResult(Schema.fromJsonString(Lifecycle))

const Complete = Schema.Struct({
  parts: Schema.Array(Schema.Struct({ partNumber: Schema.Int, etag: Schema.String })).check(
    Schema.isMinLength(1),
    Schema.isMaxLength(limits.uploadParts)
  )
})
const decodeComplete = Schema.decodeUnknownResult(Schema.fromJsonString(Complete))

const lifecycleRule = `x-fal-object-lifecycle must be JSON such as {"expiration_duration_seconds": 60}, up to ${centurySeconds}`

/** When a file is to be forgotten by the caller's wish, null for never; the refusal of a wish that is malformed. */
export const expiryOf = (lifecycle: string | null): number | null | Response => {
  if (lifecycle === null) return null
  const wish = decodeLifecycle(lifecycle)
  if (Result.isFailure(wish)) return plainError(400, lifecycleRule)
  const { expiration_duration_seconds: seconds } = wish.success
  return seconds === undefined ? null : Date.now() + seconds * 1000
}

/** Where a file is read. */
export const addressOf = (base: string, { id, name }: Pick<Stored, "id" | "name">): string =>
  `${base}/v3.fal.media/files/${id}/${encodeURIComponent(name)}`

/** The answer to a file that is not to be kept. */
export const badFile = (): Response =>
  plainError(400, "content_type must be a media type such as image/png, file_name a name without control characters")

/** `POST /storage/upload/initiate` and `initiate-multipart`: where to send a file, and where it will be. */
export const initiate = async (files: FileStore, body: string, headers: Headers, base: string): Promise<Response> => {
  const asked = decodeInitiate(body)
  if (Result.isFailure(asked)) return badFile()
  const { content_type: contentType, file_name: name } = asked.success
  const expiresAtMs = expiryOf(headers.get("x-fal-object-lifecycle"))
  if (expiresAtMs instanceof Response) return expiresAtMs
  const stored = await files.create({ name, contentType, expiresAtMs })
  return Response.json({
    file_url: addressOf(base, stored),
    upload_url: `${base}/rest.fal.ai/storage/upload/${stored.id}?upload=${stored.upload}`
  })
}

/** Clients of the CDN read the etag in the header, those of the storage in the answer. */
const partKept = (kept: Part): Response => Response.json(kept, { headers: { etag: kept.etag } })

const notAwaited = (): Response => plainError(404, "Nothing is awaited at this address")
const another = (): Response => plainError(409, "This file is whole already, and another")

/** The answer to bytes that were to make a file whole: another may have been first, or the file is gone. */
const taken = (files: FileStore, { id, upload }: Awaited, etag: string): Response => {
  const done = doneEtag(files.find(id), upload)
  if (done === null) return notAwaited()
  return done === etag ? Response.json({}) : another()
}

const put = async (files: FileStore, stored: Awaited, part: string, request: Request): Promise<Response> => {
  const number = Number(part)
  if (part !== "" && !(/^\d+$/.test(part) && number >= 1 && number <= limits.uploadParts)) {
    return plainError(400, `A part's number must be from 1 to ${limits.uploadParts}, got '${part}'`)
  }
  const bytes = await Body.read(request)
  if (bytes instanceof Response) return bytes
  if (part === "") {
    await files.put(stored, bytes, request.headers.get("content-type"))
    return taken(files, stored, etagOf(bytes))
  }
  const kept = await files.putPart(stored, number, bytes)
  return kept === null ? notAwaited() : partKept(kept)
}

const partsOf = async (request: Request): Promise<ReadonlyArray<Part> | Response> => {
  const body = await Body.read(request)
  if (body instanceof Response) return body
  const asked = decodeComplete(new TextDecoder().decode(body))
  // Clients that send parts side by side name them in the order in which they were done.
  if (Result.isSuccess(asked)) return asked.success.parts.toSorted((a, b) => a.partNumber - b.partNumber)
  return plainError(400, `parts must be a list of up to ${limits.uploadParts}, each of partNumber and etag`)
}

const complete = async (files: FileStore, stored: Awaited, request: Request): Promise<Response> => {
  const parts = await partsOf(request)
  if (parts instanceof Response) return parts
  const wrong = await files.complete(stored, parts)
  if (wrong !== null) return plainError(400, `Part ${wrong} is not what was sent`)
  const whole = files.find(stored.id)
  const problem = whole === null ? null : tooLarge(whole)
  if (problem === null) return taken(files, stored, wholeEtagOf(parts))
  files.remove(stored.id)
  return plainError(413, problem)
}

/** What was sent already is sent again by a caller who heard no answer: the same bytes are answered as the first time. */
const again = async (etag: string, part: string, request: Request): Promise<Response> => {
  const sent = part === "complete" ? await partsOf(request) : await Body.read(request)
  if (sent instanceof Response) return sent
  const isSame = (sent instanceof Uint8Array ? etagOf(sent) : wholeEtagOf(sent)) === etag
  return isSame ? Response.json({}) : another()
}

/** The bytes of a file: whole, in parts, or the end of the parts. Who knows the address may send them. */
export const upload = (files: FileStore, path: string, request: Request, url: URL): Promise<Response> | Response => {
  const [id = "", part = ""] = path.split("/")
  return receive(files, { id, word: url.searchParams.get("upload") ?? "", part }, request)
}

/** Which part of which file is sent, `complete` at the end of the parts, and the word that lets its sender in. */
interface Sending {
  readonly id: string
  readonly word: string
  readonly part: string
}

/** Bytes of a file that is awaited. */
export const receive = (
  files: FileStore,
  { id, part, word }: Sending,
  request: Request
): Promise<Response> | Response => {
  const done = doneEtag(files.find(id), word)
  const isWhole = (request.method === "PUT" && part === "") || (request.method === "POST" && part === "complete")
  if (done !== null && isWhole) return again(done, part, request)
  const stored = files.awaited(id, word)
  if (stored === null) return notAwaited()
  if (request.method === "PUT") return put(files, stored, part, request)
  if (request.method === "POST" && part === "complete") return complete(files, stored, request)
  return plainError(405, "Use PUT, or POST for complete")
}

/** A file as it was sent. */
export const serve = (files: FileStore, path: string): Response => {
  const [, id = ""] = /^\/files\/([^/]+)\/[^/]*$/.exec(path) ?? []
  const file = files.find(id)
  return file === null ? plainError(404, "There is no such file") : contentOf(file)
}
