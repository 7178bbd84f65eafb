import type { JournalSink } from "@ebb/core/journal/JournalWriter"
import {
  closeSync,
  createReadStream,
  existsSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  writeSync
} from "node:fs"
import { Effect } from "effect"
import { dirname, join } from "node:path"
import * as Disk from "../edge/Disk.ts"
import { limits } from "../edge/Limits.ts"
import { Directory } from "./DataDirectory.ts"

const flushAfterMs = 100

/** Forgets the journals of the oldest runs beyond so many bytes in all; their names are the times of their starts. */
export const forgetOldest = (folder: string, bytesMax: number): void => {
  let bytes = 0
  for (const name of readdirSync(folder).toSorted().toReversed()) {
    const file = join(folder, name)
    bytes += statSync(file).size
    if (bytes > bytesMax) rmSync(file)
  }
}

type BeginPart = (between: () => void) => Promise<void>

interface Part {
  readonly path: string
  bytes: number
}

/** A name that comes after that one in the order of time. */
const laterThan = (path: string): string => {
  const at = Number(/(\d+)\.jsonl$/.exec(path)?.[1] ?? 0)
  return join(dirname(path), `${Math.max(Date.now(), at + 1)}.jsonl`)
}

/** What stands in these files up to those lengths, a piece at a time. */
async function* chunksOf(parts: ReadonlyArray<Part>, end: string): AsyncGenerator<Uint8Array, void> {
  for (const { bytes, path } of parts) {
    if (bytes > 0) for await (const chunk of createReadStream(path, { end: bytes - 1 })) yield chunk
  }
  yield Buffer.from(end)
}

/**
 * The journal of a running sandbox on disk: lines are written soon after they came, all of them before anybody reads. A
 * long one has parts, each a file that can be replayed by itself, so that the oldest can go.
 */
export class JournalFile {
  /** Oldest first; lines are written to the last. */
  private readonly parts: Array<Part>
  private descriptor: number
  private beginPart: BeginPart | null = null
  /** Another part is about to begin: it resolves when it has. */
  private beginning: Promise<void> | null = null
  private timer: ReturnType<typeof setTimeout> | null = null
  /** Lines that the disk did not take so far. */
  private readonly owed: Array<Uint8Array> = []
  private owedBytes = 0
  private isOver = false
  /** Has the lines written that wait. */
  private flushLines: () => void = () => {}
  readonly sink: JournalSink = {
    write: (lines) => this.append(lines),
    waits: (flush) => {
      this.flushLines = flush
      this.timer ??= setTimeout(() => this.due(), flushAfterMs)
    }
  }

  constructor(path: string) {
    this.descriptor = openSync(path, "a", 0o600)
    this.parts = [{ path, bytes: fstatSync(this.descriptor).size }]
  }

  private get part(): Part {
    return this.parts.at(-1)!
  }

  /** Where lines are written now. */
  get path(): string {
    return this.part.path
  }

  readonly onFull = (begin: BeginPart | null): void => {
    this.beginPart = begin
  }

  private due(): void {
    this.flush()
    if (this.part.bytes < limits.journalPartBytes || this.owed.length > 0 || this.isOver) return
    if (this.beginPart === null || this.beginning !== null) return
    this.beginning = this.beginPart(() => this.next()).finally(() => (this.beginning = null))
  }

  readonly whole = async (): Promise<void> => {
    await this.beginning
  }

  private next(): void {
    if (this.owed.length > 0) return this.giveUp()
    const path = laterThan(this.path)
    closeSync(this.descriptor)
    this.descriptor = openSync(path, "ax", 0o600)
    this.parts.push({ path, bytes: 0 })
    forgetOldest(dirname(path), limits.journalBytes)
    const kept = this.parts.filter((part) => existsSync(part.path))
    this.parts.splice(0, this.parts.length, ...kept)
  }

  private giveUp(): void {
    this.isOver = true
    this.owed.length = 0
    console.error("The journal of this run ends here, as the disk does not take it; a replay covers what came before.")
  }

  private flush(): void {
    if (this.timer !== null) clearTimeout(this.timer)
    this.timer = null
    this.flushLines()
  }

  /** Lines come from the middle of an input of the Fleet, which must not fail: where the disk refuses, they wait. */
  private append(lines: Uint8Array): void {
    if (this.isOver) return
    this.writeOwed()
    if (this.owed.length === 0 && this.isWritten(lines)) return
    this.owed.push(lines.slice())
    this.owedBytes += lines.length
    if (this.owedBytes > limits.journalBytesWaiting) this.giveUp()
  }

  private writeOwed(): void {
    for (let [next] = this.owed; next !== undefined && this.isWritten(next); [next] = this.owed) {
      this.owed.shift()
      this.owedBytes -= next.length
    }
  }

  /** Whether the disk takes them. */
  private isWritten(lines: Uint8Array): boolean {
    try {
      this.write(lines)
      return true
    } catch (error) {
      const problem = Disk.problemOf(error)
      if (problem === null) throw error
      Disk.note(problem)
      return false
    }
  }

  /** All of them or none, so that they can be written again; a write may take less than it is given. */
  private write(lines: Uint8Array): void {
    try {
      for (let at = 0; at < lines.length;) at += writeSync(this.descriptor, lines, at)
    } catch (error) {
      ftruncateSync(this.descriptor, this.part.bytes)
      throw error
    }
    this.part.bytes += lines.length
  }

  /** All lines so far and then what ends them, read from disk while it is taken. */
  readonly export = async (endSoFar: () => string): Promise<ReadableStream<Uint8Array>> => {
    await this.whole()
    const end = endSoFar()
    this.flush()
    if (this.isOver || this.owed.length > 0)
      throw Object.assign(new Error("it is not whole on disk"), { code: "ENOSPC" })
    const chunks = chunksOf(
      this.parts.map((part) => ({ ...part })),
      end
    )
    return new ReadableStream({
      pull: async (controller) => {
        const { done, value } = await chunks.next()
        if (done === true) controller.close()
        else controller.enqueue(value)
      }
    })
  }

  close(): void {
    this.flush()
    closeSync(this.descriptor)
  }
}

/** The journal of a run that begins; it makes room for it. */
export const opened = Effect.flatMap(Directory, (directory) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      forgetOldest(directory.file("journal"), limits.journalBytes)
      return new JournalFile(directory.file("journal", `${Date.now()}.jsonl`))
    }),
    (journal) => Effect.sync(() => journal.close())
  )
)
