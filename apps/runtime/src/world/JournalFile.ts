import { closeSync, openSync, readdirSync, readFileSync, rmSync, statSync, writeSync } from "node:fs"
import { join } from "node:path"

const flushAfterMs = 100
const bufferBytes = 2 ** 20
/** UTF-8 takes at most so many bytes for a unit of a string. */
const bytesPerUnitMax = 3
const lineFeed = 10

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
  /** Bytes, not strings: what the collector finds alive, request after request, costs more than the writing. */
  private readonly buffer = Buffer.allocUnsafe(bufferBytes)
  private bytes = 0
  private timer: ReturnType<typeof setTimeout> | null = null

  constructor(path: string) {
    this.path = path
    this.descriptor = openSync(path, "a", 0o600)
  }

  readonly write = (line: string): void => {
    if (this.bytes + (line.length + 1) * bytesPerUnitMax > bufferBytes) this.flush()
    if ((line.length + 1) * bytesPerUnitMax > bufferBytes) return this.append(Buffer.from(`${line}\n`))
    this.bytes += this.buffer.write(line, this.bytes)
    this.buffer[this.bytes++] = lineFeed
    this.timer ??= setTimeout(() => this.flush(), flushAfterMs)
  }

  flush(): void {
    if (this.timer !== null) clearTimeout(this.timer)
    this.timer = null
    this.append(this.buffer.subarray(0, this.bytes))
    this.bytes = 0
  }

  /** A write may take less than it is given. */
  private append(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) at += writeSync(this.descriptor, bytes, at)
  }

  /** All lines so far. */
  read(): string {
    this.flush()
    return readFileSync(this.path, "utf8")
  }

  close(): void {
    this.flush()
    closeSync(this.descriptor)
  }
}
