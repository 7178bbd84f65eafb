import { sha256 } from "@noble/hashes/sha2.js"
import { Bytes } from "./Bytes.ts"
import { decoder, encoder } from "./Utf8.ts"

/** The SHA-256 of these bytes. A world may bring a faster one than the portable one. */
export type Sha256 = (bytes: Uint8Array) => Uint8Array

/** Where a journal goes. */
export interface JournalSink {
  /** Takes whole lines, each with its line end; the bytes are valid during the call. */
  readonly write: (lines: Uint8Array) => void
  /** A line waits to be written: soon is the time to call `flush`, see there. */
  readonly waits?: (flush: () => void) => void
}

const hashLength = 32
const lineFeed = 10
/** What a hash is taken of begins with the hash before it and LF. */
const roomLength = hashLength + 1
/** So many bytes are hashed at once, and so many of lines written. */
const sealedAtOnce = 2 ** 15
const writtenAtOnce = 2 ** 19
const hexDigits = encoder.encode("0123456789abcdef")

/**
 * Writes the inputs of a Fleet line by line (docs/journal.md); each line's hash covers all before it and what it caused.
 * What comes in is collected as bytes: to hash and write many lines at once costs a fraction, and no string is left over.
 */
export class JournalWriter {
  /** For each line that waits: room, the line without its hash and LF, what it caused. */
  readonly waiting = new Bytes(sealedAtOnce * 2)
  private readonly sink: JournalSink
  private readonly sha256: Sha256
  /** Where each line, and where what it caused, ends. */
  private readonly lineEnds: Array<number> = []
  private readonly ends: Array<number> = []
  private lineEnd = 0
  private lastEnd = 0
  /** Lines with their hashes that are still to be written. */
  private readonly lines = new Bytes(writtenAtOnce + sealedAtOnce)
  private readonly previous = new Uint8Array(hashLength)
  private isFirst = true
  /** Its first line is still to come: what comes in waits for it. */
  private isHeadless = false
  /** Inputs written so far. */
  count = 0

  constructor(header: object, sink: JournalSink, hash: Sha256 = sha256) {
    this.sink = sink
    this.sha256 = hash
    this.line(JSON.stringify(header))
    this.flush()
  }

  /** The hash of the last line written: it stands for the whole journal up to there. */
  get hash(): string {
    this.seal()
    return decoder.decode(this.previous)
  }

  /** A line begins: what of it comes now is added to `waiting`. */
  begin(): void {
    // What an input that failed had left.
    this.waiting.length = this.lastEnd
    if (this.lastEnd >= sealedAtOnce) this.seal()
    this.waiting.reserve(roomLength)
    this.waiting.length += roomLength
  }

  /** The line itself is whole: what it causes is added to `waiting` now, each output with its line end. */
  causes(): void {
    this.waiting.byte(lineFeed)
    this.lineEnd = this.waiting.length
  }

  /** All that the input caused has been added. */
  done(): void {
    this.count++
    this.endLine()
  }

  private endLine(): void {
    const { waiting } = this
    // There is no line end after the last output.
    if (waiting.length > this.lineEnd) waiting.length--
    this.lastEnd = waiting.length
    this.lineEnds.push(this.lineEnd)
    this.ends.push(this.lastEnd)
    this.sink.waits?.(this.flush)
  }

  private line(text: string): void {
    this.begin()
    this.waiting.text(text)
    this.causes()
    this.endLine()
  }

  /** The last line of a journal that ends here; the writer itself goes on. */
  endSoFar(): string {
    const end = JSON.stringify({ inputs: this.count })
    const hash = new Uint8Array(hashLength)
    writeHex(this.sha256(encoder.encode(`${this.hash}\n${end}\n`)), hash)
    return `${end.slice(0, -1)},"hash":"${decoder.decode(hash)}"}`
  }

  /** Ends the journal, and begins another whose first line is still to come: see `head`. */
  endPart(): void {
    this.end()
    this.isHeadless = true
    this.count = 0
  }

  /** That first line, of these pieces. It is written with the last step, after a call of `between`; what came in meanwhile follows. */
  *head(pieces: ReadonlyArray<Uint8Array>, between: () => void): Generator<undefined, void> {
    const { previous } = this
    const length = pieces.reduce((sum, piece) => sum + piece.length, 0)
    const line = new Bytes(length + roomLength * 2)
    // There is no hash before it, and nothing that it caused.
    line.byte(lineFeed)
    for (const piece of pieces) line.copy(piece)
    line.byte(lineFeed)
    yield
    writeHex(this.sha256(line.all.subarray(0, line.length)), previous)
    // Without its last brace and LF.
    line.length -= 2
    addHash(line, previous)
    yield
    between()
    this.sink.write(line.all.subarray(1, line.length))
    this.isHeadless = false
    this.flush()
  }

  end(): void {
    this.line(JSON.stringify({ inputs: this.count }))
    this.flush()
  }

  /** Has all that waits written. */
  readonly flush = (): void => {
    this.seal()
    this.writeLines()
  }

  private writeLines(): void {
    const { lines } = this
    if (lines.length > 0) this.sink.write(lines.all.subarray(0, lines.length))
    lines.clear()
  }

  /** Gives all lines that wait their hashes. */
  private seal(): void {
    if (this.isHeadless) return
    const { ends, lineEnds } = this
    for (let n = 0, from = 0; n < ends.length; n++) {
      this.sealOne(from, lineEnds[n]!, ends[n]!)
      from = ends[n]!
    }
    lineEnds.length = ends.length = 0
    this.moveUp()
    if (this.lines.length >= writtenAtOnce) this.writeLines()
  }

  /** What is left of a line under way comes first now. */
  private moveUp(): void {
    const { lastEnd, waiting } = this
    waiting.all.copyWithin(0, lastEnd, waiting.length)
    waiting.length -= lastEnd
    this.lineEnd -= lastEnd
    this.lastEnd = 0
  }

  private sealOne(from: number, lineEnd: number, end: number): void {
    const { lines, previous } = this
    const { all } = this.waiting
    const lineFrom = from + roomLength
    for (let n = 0; n < hashLength; n++) all[from + n] = previous[n]!
    all[lineFrom - 1] = lineFeed
    // Before the first line there is no hash.
    writeHex(this.sha256(all.subarray(this.isFirst ? lineFrom - 1 : from, end)), previous)
    this.isFirst = false
    // Without its last brace and LF.
    lines.copy(all.subarray(lineFrom, lineEnd - 2))
    addHash(lines, previous)
  }
}

const addHash = (line: Bytes, hash: Uint8Array): void => {
  line.text(',"hash":"')
  line.copy(hash)
  line.text('"}\n')
}

/** As many digits as there is room for. */
const writeHex = (bytes: Uint8Array, hex: Uint8Array): void => {
  for (let at = 0; at < hex.length; at += 2) {
    const byte = bytes[at >> 1]!
    hex[at] = hexDigits[byte >> 4]!
    hex[at + 1] = hexDigits[byte & 15]!
  }
}
