import { closeSync, openSync, readdirSync, readFileSync, rmSync, statSync, writeSync } from "node:fs"
import { join } from "node:path"

const flushAfterMs = 100
const flushAtLines = 10_000

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
  private lines: Array<string> = []
  private timer: ReturnType<typeof setTimeout> | null = null

  constructor(path: string) {
    this.path = path
    this.descriptor = openSync(path, "a", 0o600)
  }

  readonly write = (line: string): void => {
    this.lines.push(line)
    if (this.lines.length >= flushAtLines) this.flush()
    else this.timer ??= setTimeout(() => this.flush(), flushAfterMs)
  }

  flush(): void {
    if (this.timer !== null) clearTimeout(this.timer)
    this.timer = null
    if (this.lines.length === 0) return
    writeSync(this.descriptor, `${this.lines.join("\n")}\n`)
    this.lines = []
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
