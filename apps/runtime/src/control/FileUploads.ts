import { Effect, Schema } from "effect"
import { limits } from "../edge/Limits.ts"
import { type Awaited, digestOf, doneEtag, Files, type FileStore, tooLarge } from "../store/FileStore.ts"
import { type TeamFileKind, TeamFiles } from "../store/TeamFileStore.ts"
import type { Principal } from "./Principal.ts"
import { notFound, type Refused, refuse } from "./Refused.ts"

/** Where a file of a team goes: one of a deploy is named by its hash, one below /data by its path. */
export interface Destination {
  readonly kind: TeamFileKind
  readonly path: string
}

export const hashPattern = /^[0-9a-f]{64}$/

/** What the client says of a file: the hash is that of its content with the mode behind it, in decimals. */
export const Metadata = Schema.Struct({ mode: Schema.String.check(Schema.isPattern(/^\d{1,10}$/)) })

export interface Completion {
  readonly parts: ReadonlyArray<{ readonly partNumber: number; readonly etag: string }>
  readonly metadata?: typeof Metadata.Type | undefined
}

const isThere = Effect.fnUntraced(function* ({ team }: Principal, { kind, path }: Destination) {
  const found = (yield* TeamFiles).find(team, kind, path)
  return found !== null && (yield* Files).find(found.file) !== null
})

const there = ({ path }: Destination) => refuse("ALREADY_EXISTS", `'${path}' is there already`)

/** Of a deploy's files, those whose bytes are still wanted. */
export const missing = Effect.fn("files.missing")(function* (principal: Principal, hashes: ReadonlyArray<string>) {
  const wanted: Array<string> = []
  for (const path of new Set(hashes)) if (!(yield* isThere(principal, { kind: "app", path }))) wanted.push(path)
  return wanted
})

const newFile = (files: FileStore) =>
  Effect.promise(() => files.create({ name: "file", contentType: "application/octet-stream", expiresAtMs: null }))

/** A place for a file that comes in parts; refused where a deploy's file is there already. */
export const begin = Effect.fn("files.begin")(function* (principal: Principal, to: Destination) {
  if (to.kind === "app" && (yield* isThere(principal, to))) return yield* there(to)
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
  const { etag, partNumber } = yield* Effect.promise(() => files.putPart(stored, number, bytes))
  return { part_number: partNumber, etag }
})

/** Gives a file its name. One of a deploy stays as it is; one below /data takes the place of the one before. */
const name = Effect.fnUntraced(function* ({ team }: Principal, { kind, path }: Destination, whole: Whole) {
  const files = yield* Files
  const names = yield* TeamFiles
  const before = names.find(team, kind, path)
  // Two asked at once to complete one upload.
  if (before?.file === whole.id) return
  if (kind === "app" && before !== null && files.find(before.file) !== null) {
    files.remove(whole.id)
    return yield* there({ kind, path })
  }
  names.save(team, kind, { path, file: whole.id, bytes: Bun.file(whole.path).size, updatedAtMs: Date.now() })
  if (before !== null) files.remove(before.file)
})

/** The content must be what its hash says. */
const checkHash = Effect.fnUntraced(function* (whole: Whole, hash: string, metadata: Completion["metadata"]) {
  if (metadata === undefined) return yield* refuse("INVALID_ARGUMENT", "metadata.mode must be a number as text")
  const found = yield* Effect.promise(() => digestOf(whole.path, "sha256", metadata.mode))
  if (found === hash) return
  ;(yield* Files).remove(whole.id)
  return yield* refuse("INVALID_ARGUMENT", `What came for ${hash} has the hash ${found}`)
})

/** The MD5 of the whole: the client compares it with its own. */
const answer = ({ path }: Whole) =>
  Effect.map(
    Effect.promise(() => digestOf(path, "md5")),
    (etag) => ({ etag })
  )

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
  if (isWhole && (yield* TeamFiles).hasName(id)) return to.kind === "app" ? yield* there(to) : yield* answer(before)
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
  yield* name(principal, to, made)
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
  yield* name(principal, to, yield* whole(stored.id))
  return { ok: true }
})
