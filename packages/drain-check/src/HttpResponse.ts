type Phase = "head" | "counted" | "chunk size" | "chunk" | "trailer" | "until close" | "done"

const headLengthMax = 65_536

/** Follows one HTTP/1 response as its bytes come in, to tell a whole one from one that was cut; bodies are not kept. */
export class HttpResponse {
  private phase: Phase = "head"
  private rest = ""
  private leftBytes = 0
  private statusCode: number | null = null
  private closes = true
  private readonly isHead: boolean

  /** `method` is that of the request: an answer to HEAD has no body. */
  constructor(method: string) {
    this.isHead = method === "HEAD"
  }

  /** The status; null until the whole head is there. */
  get status(): number | null {
    return this.statusCode
  }

  get isWhole(): boolean {
    return this.phase === "done"
  }

  /** Whether the server keeps the connection open behind this answer. */
  get keepsOpen(): boolean {
    return !this.closes
  }

  push(bytes: Buffer | string): void {
    this.rest += bytes.toString("latin1")
    while (this.advance()) {}
  }

  /** The server has closed its side in order: that is the end of a body without a length. */
  finish(): void {
    if (this.phase === "until close") this.phase = "done"
  }

  private advance(): boolean {
    switch (this.phase) {
      case "head":
        return this.readHead()
      case "counted":
        return this.skip("done")
      case "chunk":
        return this.skip("chunk size")
      case "chunk size":
        return this.readSize()
      case "trailer":
        return this.readTrailer()
      case "until close":
      case "done":
        this.rest = ""
        return false
    }
  }

  private take(end: string): string | null {
    const at = this.rest.indexOf(end)
    if (at < 0) return null
    const taken = this.rest.slice(0, at)
    this.rest = this.rest.slice(at + end.length)
    return taken
  }

  private readHead(): boolean {
    const head = this.take("\r\n\r\n")
    if (head === null) {
      // Nothing that is HTTP has a head that long: it is never going to be whole.
      if (this.rest.length > headLengthMax) this.rest = ""
      return false
    }
    const [statusLine = "", ...fields] = head.split("\r\n")
    const [, version, code] = /^HTTP\/1\.([01]) (\d{3})/u.exec(statusLine) ?? []
    const status = Number(code ?? 0)
    // Interim answers come before the real one.
    if (status >= 100 && status < 200 && status !== 101) return true
    this.statusCode = status
    this.readFields(new Map(fields.map(nameAndValue)), version === "0")
    return true
  }

  private readFields(fields: ReadonlyMap<string, string>, isOld: boolean): void {
    const status = this.statusCode ?? 0
    const length = fields.get("content-length")
    const connection = fields.get("connection") ?? ""
    this.closes = isOld ? !/keep-alive/iu.test(connection) : /close/iu.test(connection)
    if (this.isHead || status === 204 || status === 304 || status === 101) this.phase = "done"
    else if (/chunked/iu.test(fields.get("transfer-encoding") ?? "")) this.phase = "chunk size"
    else if (length !== undefined) {
      this.leftBytes = Number(length)
      this.phase = this.leftBytes === 0 ? "done" : "counted"
    } else this.phase = "until close"
  }

  private skip(next: Phase): boolean {
    const skipped = Math.min(this.leftBytes, this.rest.length)
    this.rest = this.rest.slice(skipped)
    this.leftBytes -= skipped
    if (this.leftBytes > 0) return false
    this.phase = next
    return true
  }

  private readSize(): boolean {
    const line = this.take("\r\n")
    if (line === null) return false
    const size = parseInt(line, 16)
    // The bytes of a chunk are followed by a line end of their own.
    this.leftBytes = size + 2
    this.phase = size > 0 ? "chunk" : "trailer"
    return true
  }

  private readTrailer(): boolean {
    const line = this.take("\r\n")
    if (line === null) return false
    if (line === "") this.phase = "done"
    return true
  }
}

const nameAndValue = (field: string): readonly [name: string, value: string] => {
  const colon = field.indexOf(":")
  return [field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim()]
}
