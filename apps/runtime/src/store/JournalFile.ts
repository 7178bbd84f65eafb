import type { JournalSink } from "@ebb/core/journal/JournalWriter"
import {
  closeSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync
} from "node:fs"
import { Effect } from "effect"
import { join } from "node:path"
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

/** The journal of a running sandbox on disk: lines are written soon after they came, all of them before anybody reads. */
export class JournalFile {
  readonly path: string
  private readonly descriptor: number
  private bytes: number
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
      this.timer ??= setTimeout(() => this.flush(), flushAfterMs)
    }
  }

  constructor(path: string) {
    this.path = path
    this.descriptor = openSync(path, "a", 0o600)
    this.bytes = fstatSync(this.descriptor).size
  }

  private flush(): void {
    if (this.timer !== null) clearTimeout(this.timer)
    this.timer = null
    this.flushLines()
  }

  /** Lines come from the middle of an input of the Fleet, which must not fail: where the disk refuses, they wait. */
  private append(lines: Uint8Array): void {
    if (this.isOver) return
    this.owed.push(lines.slice())
    this.owedBytes += lines.length
    this.writeOwed()
    if (this.owedBytes <= limits.journalBytesWaiting) return
    this.isOver = true
    this.owed.length = 0
    console.error("The journal of this run ends here, as the disk does not take it; a replay covers what came before.")
  }

  private writeOwed(): void {
    try {
      for (let [next] = this.owed; next !== undefined; [next] = this.owed) {
        this.write(next)
        this.owed.shift()
        this.owedBytes -= next.length
      }
    } catch (error) {
      const problem = Disk.problemOf(error)
      if (problem === null) throw error
      Disk.note(problem)
    }
  }

  /** All of them or none, so that they can be written again; a write may take less than it is given. */
  private write(lines: Uint8Array): void {
    try {
      for (let at = 0; at < lines.length;) at += writeSync(this.descriptor, lines, at)
    } catch (error) {
      ftruncateSync(this.descriptor, this.bytes)
      throw error
    }
    this.bytes += lines.length
  }

  /** All lines so far. */
  read(): string {
    this.flush()
    if (this.isOver || this.owed.length > 0)
      throw Object.assign(new Error("it is not whole on disk"), { code: "ENOSPC" })
    return readFileSync(this.path, "utf8")
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
