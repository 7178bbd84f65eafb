import { closeSync, openSync, readFileSync, writeSync } from "node:fs"

const flushAfterMs = 100
const flushAtLines = 10_000

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
