const endOfHead = "\r\n\r\n"

/** How long the rest of a frame is whose head these bytes begin with (RFC 6455, 5.2); null while its head is not whole. */
const frameOf = (bytes: Buffer): { readonly isMessageEnd: boolean; readonly length: number } | null => {
  if (bytes.length < 2) return null
  const [first, second] = [bytes[0]!, bytes[1]!]
  const short = second & 0x7f
  const lengthBytes = short === 127 ? 8 : short === 126 ? 2 : 0
  const headLength = 2 + lengthBytes + ((second & 0x80) === 0 ? 0 : 4)
  if (bytes.length < headLength) return null
  const payload =
    lengthBytes === 8 ? Number(bytes.readBigUInt64BE(2)) : lengthBytes === 2 ? bytes.readUInt16BE(2) : short
  const isControl = (first & 0x08) !== 0
  return { isMessageEnd: !isControl && (first & 0x80) !== 0, length: headLength + payload }
}

/** Watches one direction of a WebSocket go by, and tells when a message is whole; of the bytes it keeps none but heads. */
export class Frames {
  private readonly message: () => void
  private head: Buffer = Buffer.alloc(0)
  private isHttpOver: boolean
  /** How much of the frame under way is still to come. */
  private leftBytes = 0
  private endsMessage = false

  /** `afterHttp`: an HTTP head goes before the frames. */
  constructor(afterHttp: boolean, message: () => void) {
    this.isHttpOver = !afterHttp
    this.message = message
  }

  /** Between two frames: here another one may be put in. */
  get isBetween(): boolean {
    return this.isHttpOver && this.leftBytes === 0 && this.head.length === 0
  }

  push(chunk: Buffer): void {
    let bytes = chunk
    if (!this.isHttpOver) {
      const whole = Buffer.concat([this.head, bytes])
      const at = whole.indexOf(endOfHead)
      this.head = at < 0 ? whole : Buffer.alloc(0)
      if (at < 0) return
      this.isHttpOver = true
      bytes = whole.subarray(at + endOfHead.length)
    }
    while (bytes.length > 0) bytes = this.next(bytes)
  }

  private next(bytes: Buffer): Buffer {
    if (this.leftBytes === 0) {
      const whole = this.head.length === 0 ? bytes : Buffer.concat([this.head, bytes])
      const frame = frameOf(whole)
      this.head = frame === null ? whole : Buffer.alloc(0)
      if (frame === null) return Buffer.alloc(0)
      this.leftBytes = frame.length
      this.endsMessage = frame.isMessageEnd
      return this.pass(whole)
    }
    return this.pass(bytes)
  }

  private pass(bytes: Buffer): Buffer {
    const passed = Math.min(this.leftBytes, bytes.length)
    this.leftBytes -= passed
    if (this.leftBytes === 0 && this.endsMessage) this.message()
    return bytes.subarray(passed)
  }
}
