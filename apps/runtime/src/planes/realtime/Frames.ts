const endOfHead = "\r\n\r\n"

/** A text of at most so many bytes is told, for what it may say about the messages themselves. */
const toldBytesMax = 512

const Opcode = { text: 1, close: 8 } as const

interface Head {
  readonly opcode: number
  readonly isLast: boolean
  readonly headBytes: number
  readonly payloadBytes: number
  readonly mask: Buffer | null
}

/** The head of the frame that these bytes begin with (RFC 6455, 5.2); null while it is not whole. */
const headOf = (bytes: Buffer): Head | null => {
  if (bytes.length < 2) return null
  const [first, second] = [bytes[0]!, bytes[1]!]
  const isMasked = (second & 0x80) !== 0
  const short = second & 0x7f
  const lengthBytes = short === 127 ? 8 : short === 126 ? 2 : 0
  const headBytes = 2 + lengthBytes + (isMasked ? 4 : 0)
  if (bytes.length < headBytes) return null
  const payloadBytes =
    lengthBytes === 8 ? Number(bytes.readBigUInt64BE(2)) : lengthBytes === 2 ? bytes.readUInt16BE(2) : short
  const mask = isMasked ? Buffer.from(bytes.subarray(headBytes - 4, headBytes)) : null
  return { opcode: first & 0x0f, isLast: (first & 0x80) !== 0, headBytes, payloadBytes, mask }
}

const isControl = ({ opcode }: Head): boolean => (opcode & 0x08) !== 0

const isTold = ({ isLast, opcode, payloadBytes }: Head): boolean =>
  (opcode === Opcode.text && isLast && payloadBytes <= toldBytesMax) || opcode === Opcode.close

/** Who is told what goes by. */
interface Listener {
  /** A message is whole; `text`: of a short one in text. */
  readonly message: (text: string | null) => void
  /** The connection is to be closed, with a code or without one. */
  readonly close?: (code: number | null) => void
}

/** Watches one direction of a WebSocket go by, and tells what is whole; of the bytes it keeps heads and short texts. */
export class Frames {
  private readonly listener: Listener
  private head: Buffer = Buffer.alloc(0)
  private isHttpOver: boolean
  private frame: Head | null = null
  /** How much of the payload under way is still to come. */
  private leftBytes = 0
  private payload: Buffer = Buffer.alloc(0)

  /** `afterHttp`: an HTTP head goes before the frames. */
  constructor(afterHttp: boolean, listener: Listener) {
    this.isHttpOver = !afterHttp
    this.listener = listener
  }

  /** Between two frames: here another one may be put in. */
  get isBetween(): boolean {
    return this.isHttpOver && this.frame === null && this.head.length === 0
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
    while (bytes.length > 0) bytes = this.frame === null ? this.begin(bytes) : this.pass(this.frame, bytes)
  }

  private begin(bytes: Buffer): Buffer {
    const whole = this.head.length === 0 ? bytes : Buffer.concat([this.head, bytes])
    const frame = headOf(whole)
    this.head = frame === null ? whole : Buffer.alloc(0)
    if (frame === null) return Buffer.alloc(0)
    this.frame = frame
    this.leftBytes = frame.payloadBytes
    return this.pass(frame, whole.subarray(frame.headBytes))
  }

  private pass(frame: Head, bytes: Buffer): Buffer {
    const passed = Math.min(this.leftBytes, bytes.length)
    this.leftBytes -= passed
    if (isTold(frame)) this.payload = Buffer.concat([this.payload, bytes.subarray(0, passed)])
    if (this.leftBytes === 0) this.end(frame)
    return bytes.subarray(passed)
  }

  private end(frame: Head): void {
    const payload = this.payload
    this.frame = null
    this.payload = Buffer.alloc(0)
    const { mask } = frame
    if (mask !== null) for (let at = 0; at < payload.length; at++) payload[at]! ^= mask[at % 4]!
    if (frame.opcode === Opcode.close) this.listener.close?.(payload.length < 2 ? null : payload.readUInt16BE(0))
    else if (!isControl(frame) && frame.isLast) this.listener.message(isTold(frame) ? payload.toString() : null)
  }
}
