import type { LogLine } from "@ebb/protocol/rest/Shapes"

/** What is kept of the log of one runner. */
export interface LogLimits {
  readonly logLines: number
  readonly logCharacters: number
}

/** How many places one line takes: when, its level, what it says. */
const perLine = 3

/** The newest lines that a runner printed, within its limits. */
export class Logs {
  /** Line after line in one array: runners are many, and an object a line is what weighs most of what is kept of one. */
  private readonly kept: Array<number | string> = []
  private chars = 0
  /** Null until somebody follows. */
  private listeners: Set<(line: LogLine) => void> | null = null
  private readonly limits: LogLimits

  constructor(limits: LogLimits) {
    this.limits = limits
  }

  /** `atMs`: wall time. */
  add(level: string, message: string, atMs = Date.now()): void {
    this.kept.push(atMs, level, message)
    this.chars += message.length
    // Twice as many are let in before the oldest go, so that each line is moved but once.
    if (this.length > this.limits.logLines * 2 || this.chars > this.limits.logCharacters * 2) this.trim()
    if (this.listeners === null) return
    const line = this.at(this.length - 1)
    for (const listener of this.listeners) listener(line)
  }

  private get length(): number {
    return this.kept.length / perLine
  }

  private at(index: number): LogLine {
    const [atMs, level, message] = this.kept.slice(index * perLine, (index + 1) * perLine)
    return { timestamp: new Date(Number(atMs)).toISOString(), level: String(level), message: String(message) }
  }

  private charactersOf(index: number): number {
    return String(this.kept[index * perLine + 2]).length
  }

  private trim(): void {
    let from = Math.max(0, this.length - this.limits.logLines)
    let chars = 0
    for (let at = this.length - 1; at >= from; at--) {
      if (chars + this.charactersOf(at) > this.limits.logCharacters) from = at + 1
      else chars += this.charactersOf(at)
    }
    this.kept.splice(0, from * perLine)
    this.chars = chars
  }

  /** Oldest first. */
  all(): ReadonlyArray<LogLine> {
    this.trim()
    return Array.from({ length: this.length }, (_, index) => this.at(index))
  }

  /** Tells of every line from now on, until the answer is called. */
  follow(listener: (line: LogLine) => void): () => void {
    const listeners = (this.listeners ??= new Set())
    listeners.add(listener)
    return () => listeners.delete(listener)
  }
}
