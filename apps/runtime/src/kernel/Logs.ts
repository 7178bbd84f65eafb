import type { LogLine } from "@ebb/protocol/rest/Shapes"

/** What is kept of the log of one runner. */
export interface LogLimits {
  readonly logLines: number
  readonly logCharacters: number
}

interface Line {
  readonly atMs: number
  readonly level: string
  readonly message: string
}

const shown = ({ atMs, level, message }: Line): LogLine => ({
  timestamp: new Date(atMs).toISOString(),
  level,
  message
})

/** The newest lines that a runner printed, within its limits. */
export class Logs {
  private lines: Array<Line> = []
  private chars = 0
  private readonly listeners = new Set<(line: LogLine) => void>()
  private readonly limits: LogLimits

  constructor(limits: LogLimits) {
    this.limits = limits
  }

  /** `atMs`: wall time. */
  add(level: string, message: string, atMs = Date.now()): void {
    const line = { atMs, level, message }
    this.lines.push(line)
    this.chars += message.length
    // Twice as many are let in before the oldest go, so that each line is moved but once.
    if (this.lines.length > this.limits.logLines * 2 || this.chars > this.limits.logCharacters * 2) this.trim()
    for (const listener of this.listeners) listener(shown(line))
  }

  private trim(): void {
    let from = Math.max(0, this.lines.length - this.limits.logLines)
    let chars = 0
    for (let at = this.lines.length - 1; at >= from; at--) {
      chars += this.lines[at]!.message.length
      if (chars > this.limits.logCharacters) from = at + 1
    }
    this.lines = this.lines.slice(from)
    this.chars = this.lines.reduce((sum, { message }) => sum + message.length, 0)
  }

  /** Oldest first. */
  all(): ReadonlyArray<LogLine> {
    this.trim()
    return this.lines.map(shown)
  }

  /** Tells of every line from now on, until the answer is called. */
  follow(listener: (line: LogLine) => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }
}
