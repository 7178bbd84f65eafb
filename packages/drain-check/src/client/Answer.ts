const tailCharactersMax = 4096
const keptCharactersMax = 262_144

/** What is left of an answer once it is over, to compare it with others. */
export interface Digest {
  readonly status: number
  /** Without its parameters; empty where none was said. */
  readonly contentType: string
  readonly bytes: number
  /** Events of a stream of server-sent events; null for other answers. */
  readonly events: number | null
  /** The last line that is not empty, of a stream of lines; null for other answers. */
  readonly lastLine: string | null
  /** Whether no line before it was the same, which half a stream would then end with as well. */
  readonly isLastLineNew: boolean
  /** Whether a body that says that it is JSON is; null where it does not say so or is too long to tell. */
  readonly isJson: boolean | null
  /** Those of the object that it is; empty for what is none. */
  readonly keys: ReadonlyArray<string>
  readonly endsAsHtml: boolean | null
  readonly trailers: ReadonlyArray<string>
  /** Whether it had said how long it would be. */
  readonly isMeasured: boolean
  /** Whether it holds the text that was expected; null without one. */
  readonly hasExpected: boolean | null
}

/** The headers of an answer that say something of its end. */
interface Headers {
  readonly "content-type"?: string | undefined
  readonly "content-length"?: string | undefined
}

/** What JSON says; undefined where it is none. */
const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const keysOf = (value: unknown): ReadonlyArray<string> =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? Object.keys(value) : []

/** Follows one answer as it comes in. */
export class Answer {
  status = 0
  bytes = 0
  /** Hears of the status as soon as it is here. */
  onBegin: ((status: number) => void) | null = null
  private contentType = ""
  private isMeasured = false
  private trailers: ReadonlyArray<string> = []
  private text = ""
  private isKeptWhole = true
  private holdsExpected = false
  private events = 0
  private readonly expected: string | null

  constructor(expected: string | null) {
    this.expected = expected
  }

  /** Whether it is a stream of lines or events, which has ends of its own kind. */
  get isStream(): boolean {
    return /event-stream|ndjson|jsonl|json-seq/iu.test(this.contentType)
  }

  begin(status: number, headers: Headers = {}): void {
    this.status = status
    this.contentType = headers["content-type"] ?? ""
    this.isMeasured = headers["content-length"] !== undefined
    this.onBegin?.(status)
  }

  push(piece: Buffer): void {
    this.bytes += piece.length
    const before = this.text.length
    this.text += piece.toString("latin1")
    // A pause may begin in the piece before: those that ended there are counted.
    const fromAt = Math.max(0, before - 2)
    for (const { 0: pause, index } of this.text.slice(fromAt).matchAll(/\n\r?\n/gu))
      if (fromAt + index + pause.length > before) this.events++
    this.look()
    if (this.text.length <= keptCharactersMax) return
    this.isKeptWhole = false
    this.text = this.text.slice(-tailCharactersMax)
  }

  end(trailers: ReadonlyArray<string>): void {
    this.trailers = trailers
  }

  private look(): void {
    if (this.expected === null || this.holdsExpected) return
    this.holdsExpected = this.text.includes(Buffer.from(this.expected).toString("latin1"))
  }

  digest(): Digest {
    const text = this.text.trimEnd().replaceAll("\r\n", "\n")
    const lastAt = text.lastIndexOf("\n") + 1
    const lastLine = text.slice(lastAt)
    const isParsed = this.isKeptWhole && /[/+]json\b/iu.test(this.contentType)
    const json = isParsed ? parsed(text) : undefined
    return {
      status: this.status,
      contentType: (this.contentType.split(";")[0] ?? "").trim().toLowerCase(),
      bytes: this.bytes,
      events: /event-stream/iu.test(this.contentType) ? this.events : null,
      lastLine: this.isStream ? lastLine : null,
      isLastLineNew: !`\n${text.slice(0, lastAt)}`.includes(`\n${lastLine}\n`),
      isJson: isParsed ? json !== undefined : null,
      keys: keysOf(json),
      endsAsHtml: /html/iu.test(this.contentType) ? text.toLowerCase().endsWith("</html>") : null,
      trailers: this.trailers,
      isMeasured: this.isMeasured,
      hasExpected: this.expected === null ? null : this.holdsExpected
    }
  }
}
