import type { LogLine } from "@ebb/protocol/rest/Shapes"

/** What is kept of the log of one runner. */
export interface LogLimits {
  readonly logLines: number
  readonly logCharacters: number
}

/** So many lines, or characters, become one text: a hundred thousand strings would burden every collection of garbage. */
const linesAtOnce = 1000
const charactersAtOnce = 2 ** 16

/** How many places one line takes: when, its level, what it says. */
const perLine = 3

/** Line after line in one array: runners are many, and an object a line is what weighs most of what is kept of one. */
type Lines = Array<number | string>

/** Lines as JSON. */
interface Packed {
  readonly lines: number
  readonly characters: number
  readonly json: string
}

const lineOf = (atMs: unknown, level: unknown, message: unknown): LogLine => ({
  timestamp: new Date(Number(atMs)).toISOString(),
  level: String(level),
  message: String(message)
})

const shown = (lines: Lines): ReadonlyArray<LogLine> =>
  Array.from({ length: lines.length / perLine }, (_, n) =>
    lineOf(lines[n * perLine], lines[n * perLine + 1], lines[n * perLine + 2])
  )

interface Listener {
  readonly tell: (line: LogLine) => void
  readonly ended: () => void
}

const nothing: ReadonlyArray<Packed> = []

/** The newest lines that a runner printed, within its limits. */
export class Logs {
  /** Oldest first. */
  private packed: ReadonlyArray<Packed> = nothing
  private newest: Lines = []
  private newestCharacters = 0
  /** In all. */
  private lines = 0
  private characters = 0
  /** That were ever added. */
  private added = 0
  /** Null until somebody follows. */
  private listeners: Set<Listener> | null = null
  /** Its runner has ended, and nothing more will be added. */
  isOver = false
  private readonly limits: LogLimits

  constructor(limits: LogLimits) {
    this.limits = limits
  }

  /** `atMs`: wall time. */
  add(level: string, message: string, atMs = Date.now()): void {
    this.newest.push(atMs, level, message)
    this.lines++
    this.added++
    this.characters += message.length
    this.newestCharacters += message.length
    if (this.newest.length >= linesAtOnce * perLine || this.newestCharacters >= charactersAtOnce) this.pack()
    if (this.listeners === null) return
    const line = lineOf(atMs, level, message)
    for (const { tell } of this.listeners) tell(line)
  }

  /** Nothing more is added: whoever follows is told so. */
  end(): void {
    this.isOver = true
    for (const { ended } of this.listeners ?? []) ended()
    this.listeners = null
  }

  /** Which lines are kept just now, by their place among all that were ever added: the first, and the one behind the last. */
  get kept(): { readonly from: number; readonly to: number } {
    return { from: this.added - this.lines, to: this.added }
  }

  /** Lets the newest lines take as little room as the older ones. */
  pack(): void {
    const { newest, newestCharacters: characters } = this
    if (newest.length === 0) return
    const packed = { lines: newest.length / perLine, characters, json: JSON.stringify(newest) }
    this.packed = this.withoutOldest([...this.packed, packed])
    this.newest = []
    this.newestCharacters = 0
  }

  /** What is left are as many as are kept, and less than one text more. */
  private withoutOldest(texts: ReadonlyArray<Packed>): ReadonlyArray<Packed> {
    const { logCharacters, logLines } = this.limits
    let from = 0
    for (const oldest of texts) {
      const lines = this.lines - oldest.lines
      const characters = this.characters - oldest.characters
      if (lines < logLines && characters < logCharacters) break
      from++
      this.lines = lines
      this.characters = characters
    }
    return texts.slice(from)
  }

  forget(): void {
    this.packed = nothing
    this.newest = []
    this.newestCharacters = this.lines = this.characters = 0
  }

  /** Oldest first. */
  all(): ReadonlyArray<LogLine> {
    const texts = this.packed.map(({ json }): Lines => JSON.parse(json))
    const lines = [...texts, this.newest].flatMap(shown)
    let from = Math.max(0, lines.length - this.limits.logLines)
    let characters = 0
    for (let at = lines.length - 1; at >= from; at--) {
      characters += lines[at]!.message.length
      if (characters > this.limits.logCharacters) from = at + 1
    }
    return lines.slice(from)
  }

  /** Tells of every line from now on, until the answer is called or its runner has ended, which it says. */
  follow(tell: Listener["tell"], ended: Listener["ended"]): () => void {
    const listener = { tell, ended }
    const listeners = (this.listeners ??= new Set())
    listeners.add(listener)
    return () => {
      listeners.delete(listener)
      if (listeners.size === 0) this.listeners = null
    }
  }
}
