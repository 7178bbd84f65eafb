import { Effect, Schema } from "effect"
import { limits } from "../edge/Limits.ts"
import { type Awaited, digestOf, doneEtag, Files, type FileStore, tooLarge } from "../store/FileStore.ts"
import { type Destination, type FilePlaces, filePlaces } from "./FilePlaces.ts"
import type { Principal } from "./Principal.ts"
import { notFound, type Refused, refuse } from "./Refused.ts"

export const hashPattern = /^[0-9a-f]{64}$/

/** What the client says of a file: the hash is that of its content with the mode behind it, in decimals. */
export const Metadata = Schema.Struct({ mode: Schema.String.check(Schema.isPattern(/^\d{1,10}$/)) })

export interface Completion {
  readonly parts: ReadonlyArray<{ readonly partNumber: number; readonly etag: string }>
  readonly metadata?: typeof Metadata.Type | undefined
}

/** Of a deploy's files, those whose bytes are still wanted. */
export const missing = Effect.fn("files.missing")(function* ({ team }: Principal, hashes: ReadonlyArray<string>) {
  const places = yield* filePlaces
  return [...new Set(hashes)].filter((path) => places.at(team, { kind: "app", path }) === null)
})

const newFile = (files: FileStore) =>
  Effect.promise(() => files.create({ name: "file", contentType: "application/octet-stream", expiresAtMs: null }))

/** A place for a file that comes in parts; refused where a deploy's file is there already. */
export const begin = Effect.fn("files.begin")(function* ({ team }: Principal, to: Destination) {
  const obstacle = (yield* filePlaces).obstacle(team, to)
  if (obstacle !== null) return yield* obstacle
  const { id, upload } = yield* newFile(yield* Files)
  return { upload_id: `${id}_${upload}` }
})

const notStarted = notFound("No upload of that id is under way")

type Whole = NonNullable<ReturnType<FileStore["find"]>>

const wordsOf = (uploadId: string): readonly [id: string, word: string] => {
  const [id = "", word = ""] = uploadId.split("_")
  return [id, word]
}

const awaited = Effect.fnUntraced(function* (uploadId: string): Effect.fn.Return<Awaited, Refused, Files> {
  const found = (yield* Files).awaited(...wordsOf(uploadId))
  return found ?? (yield* notStarted)
})

export const part = Effect.fn("files.part")(function* (uploadId: string, number: number, bytes: Uint8Array) {
  const files = yield* Files
  const stored = yield* awaited(uploadId)
  if (!(number >= 1 && number <= limits.uploadParts)) {
    return yield* refuse("INVALID_ARGUMENT", `A part's number must be from 1 to ${limits.uploadParts}`)
  }
  const kept = yield* Effect.promise(() => files.putPart(stored, number, bytes))
  return kept === null ? yield* notStarted : { part_number: kept.partNumber, etag: kept.etag }
})

/** Whether an upload was completed for good; what lies below /data may have been moved since. */
const isNamed = ({ names }: FilePlaces, { team }: Principal, { kind, path }: Destination, id: string): boolean =>
  kind === "app" ? names.find(team, kind, path)?.file === id : names.hasName(id)

/** One below /data takes the place of the one before. */
const name = ({ files, names }: FilePlaces, team: string, { kind, path }: Destination, whole: Whole): void => {
  const before = names.find(team, kind, path)
  names.save(team, kind, { path, file: whole.id, bytes: Bun.file(whole.path).size, updatedAtMs: Date.now() })
  if (before !== null) files.remove(before.file)
}

/** Gives a file its name. Where another came first and is in its way, it is dropped, and this says why. */
const settle = Effect.fnUntraced(function* (principal: Principal, to: Destination, whole: Whole) {
  const places = yield* filePlaces
  const obstacle = yield* Effect.sync(() => {
    // Two asked at once to complete one upload.
    if (isNamed(places, principal, to, whole.id)) return null
    const found = places.obstacle(principal.team, to)
    if (found === null) name(places, principal.team, to, whole)
    else places.files.remove(whole.id)
    return found
  })
  if (obstacle !== null) return yield* obstacle
})

/** The content must be what its hash says. */
const checkHash = Effect.fnUntraced(function* (whole: Whole, hash: string, metadata: Completion["metadata"]) {
  if (metadata === undefined) return yield* refuse("INVALID_ARGUMENT", "metadata.mode must be a number as text")
  const found = yield* Effect.promise(() => digestOf(whole.path, "sha256", metadata.mode))
  if (found === hash) return
  if (found === null) return yield* notStarted
  ;(yield* Files).remove(whole.id)
  return yield* refuse("INVALID_ARGUMENT", `What came for ${hash} has the hash ${found}`)
})

/** The MD5 of the whole: the client compares it with its own. */
const answer = Effect.fnUntraced(function* ({ path }: Whole) {
  const etag = yield* Effect.promise(() => digestOf(path, "md5"))
  return etag === null ? yield* notStarted : { etag }
})

const whole = Effect.fnUntraced(function* (id: string) {
  return (yield* Files).find(id) ?? (yield* notStarted)
})

export const complete = Effect.fn("files.complete")(function* (
  principal: Principal,
  to: Destination,
  uploadId: string,
  { metadata, parts }: Completion
) {
  const files = yield* Files
  const [id, word] = wordsOf(uploadId)
  const before = files.find(id)
  const isWhole = before !== null && doneEtag(before, word) !== null
  // A client that heard no answer asks again; a crash may have come before the file had its name.
  if (isWhole && isNamed(yield* filePlaces, principal, to, id)) return yield* answer(before)
  if (!isWhole) {
    const stored = yield* awaited(uploadId)
    const wrong = yield* Effect.promise(() => files.complete(stored, parts))
    if (wrong !== null) return yield* refuse("INVALID_ARGUMENT", `Part ${wrong} is not what was sent`)
  }
  const made = yield* whole(id)
  const problem = tooLarge(made)
  if (problem !== null) {
    files.remove(id)
    return yield* refuse("INVALID_ARGUMENT", problem)
  }
  if (to.kind === "app") yield* checkHash(made, to.path, metadata)
  const answered = yield* answer(made)
  yield* settle(principal, to, made)
  return answered
})

export const cancel = Effect.fn("files.cancel")(function* (uploadId: string) {
  const { id } = yield* awaited(uploadId)
  ;(yield* Files).remove(id)
  return { ok: true }
})

/** A whole file at once. */
export const put = Effect.fn("files.put")(function* (principal: Principal, to: Destination, bytes: Uint8Array) {
  const files = yield* Files
  const stored = yield* newFile(files)
  yield* Effect.promise(() => files.put(stored, bytes, null))
  yield* settle(principal, to, yield* whole(stored.id))
  return { ok: true }
})
