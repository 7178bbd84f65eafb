import { Context, Effect, Layer, Result, Schema } from "effect"
import { createHash } from "node:crypto"
import { createReadStream, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs"
import { type FileHandle, mkdir, open, rename, rm } from "node:fs/promises"
import { join } from "node:path"
import { limits } from "../edge/Limits.ts"
import { Directory } from "./DataDirectory.ts"

/** A file that a caller uploads; times are wall milliseconds since the epoch. */
const Stored = Schema.Struct({
  id: Schema.String,
  name: Schema.String,
  contentType: Schema.String,
  /** Who knows it may send the bytes; null once they are whole. */
  upload: Schema.NullOr(Schema.String),
  /** Of one whose bytes are whole: the word that was good for sending them, and what tells those bytes from others. */
  done: Schema.optionalKey(Schema.Struct({ upload: Schema.String, etag: Schema.String })),
  createdAtMs: Schema.Finite,
  /** Null: with the other payloads. */
  expiresAtMs: Schema.NullOr(Schema.Finite)
})
export type Stored = typeof Stored.Type

/** One whose bytes are still to come. */
export type Awaited = Stored & { readonly upload: string }

const decodeStored = Schema.decodeUnknownResult(Schema.fromJsonString(Stored))

/** A part of a file that comes in several. */
export interface Part {
  readonly partNumber: number
  readonly etag: string
}

export const etagOf = (bytes: Uint8Array): string => createHash("md5").update(bytes).digest("hex")

export const wholeEtagOf = (parts: ReadonlyArray<Part>): string => etagOf(Buffer.from(JSON.stringify(parts)))

/** A part that is missing, or is not what its etag says. */
class WrongPart extends Error {
  readonly partNumber: number

  constructor(partNumber: number) {
    super(`part ${partNumber}`)
    this.partNumber = partNumber
  }
}

/** What tells the bytes of a whole file from others, for who knew the word that was good for sending them. */
export const doneEtag = (whole: Stored | null, upload: string): string | null =>
  whole?.done?.upload === upload ? whole.done.etag : null

/** One that takes more than all files may would be forgotten at once, without a word. */
export const tooLarge = ({ path }: { readonly path: string }): string | null =>
  (statSync(path, { throwIfNoEntry: false })?.size ?? 0) > limits.payloadBytes
    ? `The file is larger than ${limits.payloadBytes / 2 ** 20} MiB, which is all that is kept of files`
    : null

const isMissing = (error: unknown): boolean => error instanceof Error && "code" in error && error.code === "ENOENT"

/** What tells the content of a file, with that text behind it, from others, in hexadecimal; null where it is gone. */
export const digestOf = async (path: string, algorithm: "md5" | "sha256", tail = ""): Promise<string | null> => {
  const hash = createHash(algorithm)
  try {
    for await (const chunk of createReadStream(path)) hash.update(chunk)
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
  return hash.update(tail).digest("hex")
}

const unfinished = ".new"

/** Writes a file beside its place, to the disk, and only then puts it there: at no moment is half of it seen. */
const writeWhole = async (path: string, fill: (file: FileHandle) => Promise<void>): Promise<void> => {
  const beside = `${path}.${crypto.randomUUID()}${unfinished}`
  try {
    const file = await open(beside, "wx", 0o600)
    try {
      await fill(file)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(beside, path)
  } catch (error) {
    await rm(beside, { force: true })
    throw error
  }
}

/** Uploaded files, each in a folder of its own: what it is, and its bytes. */
export class FileStore {
  private readonly folder: string
  private readonly files = new Map<string, Stored>()
  /** Files that are being made whole: who comes second finds what the first made. */
  private readonly turns = new Map<string, Promise<unknown>>()

  constructor(folder: string) {
    this.folder = folder
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    for (const id of readdirSync(folder)) this.restore(id)
  }

  /** What a crash left half done is dropped. */
  private restore(id: string): void {
    const read = Result.try(() => readFileSync(this.path(id, "file.json"), "utf8"))
    const stored = Result.isSuccess(read) ? Result.getOrNull(decodeStored(read.success)) : null
    if (stored === null) {
      // Content without a word on what it is, is left for its owner to look at.
      if (Result.isFailure(read)) return rmSync(join(this.folder, id), { recursive: true, force: true })
      return console.error(`${this.path(id, "file.json")} is damaged; that file is not served`)
    }
    for (const name of readdirSync(join(this.folder, id))) if (name.endsWith(unfinished)) rmSync(this.path(id, name))
    this.files.set(id, stored)
  }

  private path(id: string, name: string): string {
    return join(this.folder, id, name)
  }

  private async write(stored: Stored): Promise<void> {
    const text = JSON.stringify(stored)
    await writeWhole(this.path(stored.id, "file.json"), async (file) => void (await file.writeFile(text)))
  }

  /** A place for a file whose bytes are still to come. */
  async create(file: Pick<Stored, "name" | "contentType" | "expiresAtMs">): Promise<Awaited> {
    const id = crypto.randomUUID()
    await mkdir(join(this.folder, id), { mode: 0o700 })
    const stored = { ...file, id, upload: crypto.randomUUID(), createdAtMs: Date.now() }
    await this.write(stored)
    this.files.set(id, stored)
    return stored
  }

  /** The file whose bytes may be sent by who knows that word; null for any other. */
  awaited(id: string, upload: string): Awaited | null {
    const stored = this.files.get(id)
    return stored?.upload === upload ? { ...stored, upload } : null
  }

  /** Where the bytes of a file are; null for one that is not there, not whole yet, or past its time. */
  find(id: string): (Stored & { readonly path: string }) | null {
    const stored = this.files.get(id)
    if (stored === undefined || stored.upload !== null || isOver(stored)) return null
    return { ...stored, path: this.path(id, "content") }
  }

  /** All of its bytes at once; whether they were taken is told by {@link doneEtag}, as with parts. */
  put(stored: Awaited, bytes: Uint8Array, contentType: string | null): Promise<void> {
    return this.makeWhole(stored, async () => {
      await writeWhole(this.path(stored.id, "content"), async (file) => void (await file.writeFile(bytes)))
      await this.finish({ ...stored, contentType: contentType ?? stored.contentType }, stored.upload, etagOf(bytes))
    })
  }

  /** Null where nothing is awaited any more. */
  async putPart(stored: Awaited, partNumber: number, bytes: Uint8Array): Promise<Part | null> {
    const path = this.path(stored.id, `part-${partNumber}`)
    try {
      await writeWhole(path, async (file) => void (await file.writeFile(bytes)))
    } catch (error) {
      if (this.files.has(stored.id)) throw error
    }
    if (this.awaited(stored.id, stored.upload) !== null) return { partNumber, etag: etagOf(bytes) }
    await rm(path, { force: true })
    return null
  }

  /**
   * Puts the parts together in that order; the number of one that is missing or another than was sent. However often
   * and at whatever moment it is asked for, the file is the same: a caller who heard no answer asks again, and of two with
   * other parts the first is taken.
   */
  async complete(stored: Awaited, parts: ReadonlyArray<Part>): Promise<number | null> {
    try {
      await this.makeWhole(stored, () => this.compose(stored, parts))
      return null
    } catch (error) {
      if (error instanceof WrongPart) return error.partNumber
      throw error
    }
  }

  /** Does nothing where the bytes are awaited no more, and minds no error where they were not wanted in the end. */
  private async makeWhole(stored: Awaited, make: () => Promise<void>): Promise<void> {
    const { id, upload } = stored
    const before = this.turns.get(id)
    const turn = (async () => {
      await before
      if (this.awaited(id, upload) === null) return
      try {
        await make()
      } catch (error) {
        if (this.files.has(id)) throw error
      }
    })()
    const over = turn.catch(() => {})
    this.turns.set(id, over)
    await over
    if (this.turns.get(id) === over) this.turns.delete(id)
    await turn
  }

  private async compose(stored: Awaited, parts: ReadonlyArray<Part>): Promise<void> {
    await writeWhole(this.path(stored.id, "content"), async (file) => {
      for (const part of parts) await this.append(stored, part, file)
    })
    await this.finish(stored, stored.upload, wholeEtagOf(parts))
    for (const { partNumber } of parts) await rm(this.path(stored.id, `part-${partNumber}`), { force: true })
  }

  private async append(stored: Stored, { etag, partNumber }: Part, file: FileHandle): Promise<void> {
    const hash = createHash("md5")
    try {
      for await (const chunk of createReadStream(this.path(stored.id, `part-${partNumber}`))) {
        hash.update(chunk)
        await file.appendFile(chunk)
      }
    } catch (error) {
      if (isMissing(error)) throw new WrongPart(partNumber)
      throw error
    }
    if (hash.digest("hex") !== etag) throw new WrongPart(partNumber)
  }

  /** From here on it can be read, and sending it again is answered as the first time. */
  private async finish(stored: Stored, upload: string, etag: string): Promise<void> {
    const whole = { ...stored, upload: null, done: { upload, etag } }
    await this.write(whole)
    if (this.files.has(stored.id)) this.files.set(stored.id, whole)
  }

  remove(id: string): void {
    this.files.delete(id)
    rmSync(join(this.folder, id), { recursive: true, force: true })
  }

  /**
   * Forgets what is past its time, was made before that wall time, and the oldest beyond so many bytes or files: the ids of
   * all that went.
   */
  prune(beforeMs: number, bytesMax: number, filesMax: number): ReadonlyArray<string> {
    const gone: Array<string> = []
    let bytes = 0
    let kept = 0
    for (const stored of [...this.files.values()].toSorted((a, b) => b.createdAtMs - a.createdAtMs)) {
      bytes += this.bytesOf(stored)
      if (!isOver(stored) && stored.createdAtMs >= beforeMs && bytes <= bytesMax && ++kept <= filesMax) continue
      this.remove(stored.id)
      gone.push(stored.id)
    }
    return gone
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
