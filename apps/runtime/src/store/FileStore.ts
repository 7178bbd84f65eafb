import { Context, Effect, Layer, Result, Schema } from "effect"
import { createHash } from "node:crypto"
import {
  createReadStream,
  createWriteStream,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync
} from "node:fs"
import { join } from "node:path"
import { pipeline } from "node:stream/promises"
import { Directory } from "./DataDirectory.ts"

/** A file that a caller uploads; times are wall milliseconds since the epoch. */
const Stored = Schema.Struct({
  id: Schema.String,
  name: Schema.String,
  contentType: Schema.String,
  /** Who knows it may send the bytes; null once they are whole. */
  upload: Schema.NullOr(Schema.String),
  createdAtMs: Schema.Finite,
  /** Null: with the other payloads. */
  expiresAtMs: Schema.NullOr(Schema.Finite)
})
export type Stored = typeof Stored.Type

const decodeStored = Schema.decodeUnknownResult(Schema.fromJsonString(Stored))

/** A part of a file that comes in several. */
export interface Part {
  readonly partNumber: number
  readonly etag: string
}

const etagOf = (bytes: Uint8Array): string => createHash("md5").update(bytes).digest("hex")

/** Uploaded files, each in a folder of its own: what it is, and its bytes. */
export class FileStore {
  private readonly folder: string
  private readonly files = new Map<string, Stored>()

  constructor(folder: string) {
    this.folder = folder
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    for (const id of readdirSync(folder)) this.restore(id)
  }

  /** What a crash left half done is dropped. */
  private restore(id: string): void {
    const read = Result.try(() => readFileSync(this.path(id, "file.json"), "utf8"))
    const stored = Result.isSuccess(read) ? Result.getOrNull(decodeStored(read.success)) : null
    if (stored === null) rmSync(join(this.folder, id), { recursive: true, force: true })
    else this.files.set(id, stored)
  }

  private path(id: string, name: string): string {
    return join(this.folder, id, name)
  }

  private write(stored: Stored): void {
    writeFileSync(this.path(stored.id, "file.json"), JSON.stringify(stored))
    this.files.set(stored.id, stored)
  }

  /** A place for a file whose bytes are still to come. */
  create(file: Pick<Stored, "name" | "contentType" | "expiresAtMs">): Stored & { readonly upload: string } {
    const id = crypto.randomUUID()
    mkdirSync(join(this.folder, id), { mode: 0o700 })
    const stored = { ...file, id, upload: crypto.randomUUID(), createdAtMs: Date.now() }
    this.write(stored)
    return stored
  }

  /** The file whose bytes may be sent by who knows that word; null for any other. */
  awaited(id: string, upload: string): Stored | null {
    const stored = this.files.get(id)
    return stored?.upload === upload ? stored : null
  }

  /** Where the bytes of a file are; null for one that is not there, not whole yet, or past its time. */
  find(id: string): (Stored & { readonly path: string }) | null {
    const stored = this.files.get(id)
    if (stored === undefined || stored.upload !== null || isOver(stored)) return null
    return { ...stored, path: this.path(id, "content") }
  }

  /** All of its bytes at once. */
  put(stored: Stored, bytes: Uint8Array, contentType: string | null): void {
    writeFileSync(this.path(stored.id, "content"), bytes)
    this.write({ ...stored, contentType: contentType ?? stored.contentType, upload: null })
  }

  putPart(stored: Stored, partNumber: number, bytes: Uint8Array): Part {
    writeFileSync(this.path(stored.id, `part-${partNumber}`), bytes)
    return { partNumber, etag: etagOf(bytes) }
  }

  /** Puts the parts together in that order; the number of one that is missing or another than was sent. */
  async complete(stored: Stored, parts: ReadonlyArray<Part>): Promise<number | null> {
    const paths = parts.map(({ partNumber }) => this.path(stored.id, `part-${partNumber}`))
    for (const [at, { etag, partNumber }] of parts.entries()) {
      const read = Result.try(() => readFileSync(paths[at]!))
      if (Result.isFailure(read) || etagOf(read.success) !== etag) return partNumber
    }
    const whole = this.path(stored.id, "whole")
    for (const path of paths) await pipeline(createReadStream(path), createWriteStream(whole, { flags: "a" }))
    renameSync(whole, this.path(stored.id, "content"))
    for (const path of paths) rmSync(path, { force: true })
    this.write({ ...stored, upload: null })
    return null
  }

  /** Forgets what is past its time, was made before that wall time, and the oldest beyond so many bytes. */
  prune(beforeMs: number, bytesMax: number): void {
    let bytes = 0
    for (const stored of [...this.files.values()].toSorted((a, b) => b.createdAtMs - a.createdAtMs)) {
      bytes += this.bytesOf(stored)
      if (!isOver(stored) && stored.createdAtMs >= beforeMs && bytes <= bytesMax) continue
      this.files.delete(stored.id)
      rmSync(join(this.folder, stored.id), { recursive: true, force: true })
    }
  }

  private bytesOf({ id }: Stored): number {
    return readdirSync(join(this.folder, id)).reduce((sum, name) => sum + statSync(this.path(id, name)).size, 0)
  }
}

const isOver = ({ expiresAtMs }: Stored): boolean => expiresAtMs !== null && expiresAtMs <= Date.now()

export class Files extends Context.Service<Files, FileStore>()("@ebb/runtime/store/Files") {
  static readonly layer = Layer.effect(
    Files,
    Effect.map(Directory, (directory) => new FileStore(directory.file("files")))
  )
}
