import type { LogLine } from "@ebb/protocol/rest/Shapes"

const linesMax = 10_000

/** The newest lines that a runner printed, at most 10,000. */
export class Logs {
  private lines: Array<LogLine> = []
  private readonly listeners = new Set<(line: LogLine) => void>()

  add(level: string, message: string): void {
    const line = { timestamp: new Date().toISOString(), level, message }
    this.lines.push(line)
    if (this.lines.length > linesMax * 2) this.lines = this.lines.slice(-linesMax)
    for (const listener of this.listeners) listener(line)
  }

  /** Oldest first. */
  all(): ReadonlyArray<LogLine> {
    return this.lines.slice(-linesMax)
  }

  /** Tells of every line from now on, until the answer is called. */
  follow(listener: (line: LogLine) => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }
}
