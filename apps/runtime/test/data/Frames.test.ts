import { Frames } from "@ebb/runtime/planes/realtime/Frames"
import { assert, it } from "vitest"

/** A frame as a client writes it, masked with zeros. */
const frame = (opcode: number, length: number, isLast = true): Buffer => {
  const first = (isLast ? 0x80 : 0) | opcode
  const mask = Buffer.alloc(4)
  if (length < 126) return Buffer.concat([Buffer.of(first, 0x80 | length), mask, Buffer.alloc(length)])
  const extended = Buffer.alloc(length < 65_536 ? 3 : 9)
  extended[0] = 0x80 | (length < 65_536 ? 126 : 127)
  if (length < 65_536) extended.writeUInt16BE(length, 1)
  else extended.writeBigUInt64BE(BigInt(length), 1)
  return Buffer.concat([Buffer.of(first), extended, mask, Buffer.alloc(length)])
}

const [continuation, text, binary, ping] = [0, 1, 2, 9]
const spoken = [
  frame(text, 5),
  frame(ping, 3),
  frame(binary, 300, false),
  frame(ping, 0),
  frame(continuation, 70_000),
  frame(text, 0)
]
const http = Buffer.from("HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\n\r\n")

for (const size of [1, 2, 3, 7, 1000, 1_000_000]) {
  it(`messages are counted, whatever the pieces of ${size} bytes that they come in`, () => {
    const bytes = Buffer.concat([http, ...spoken])
    let messages = 0
    const frames = new Frames(true, { message: () => messages++ })
    for (let at = 0; at < bytes.length; at += size) {
      frames.push(bytes.subarray(at, at + size))
    }
    assert.strictEqual(messages, 3)
    assert.isTrue(frames.isBetween)
  })
}

it("in the middle of a frame is not between two", () => {
  const frames = new Frames(false, { message: () => {} })
  const bytes = frame(text, 5)
  frames.push(bytes.subarray(0, bytes.length - 1))
  assert.isFalse(frames.isBetween)
  frames.push(bytes.subarray(bytes.length - 1))
  assert.isTrue(frames.isBetween)
})

it("tells short texts, and with which code a side closes", () => {
  const told: Array<unknown> = []
  const frames = new Frames(false, { message: (text) => told.push(text), close: (code) => told.push(code) })
  const mask = Buffer.of(1, 2, 3, 4)
  const masked = (bytes: Buffer) => Buffer.from(bytes.map((byte, at) => byte ^ mask[at % 4]!))
  frames.push(Buffer.concat([Buffer.of(0x81, 0x82), mask, masked(Buffer.from("hi"))]))
  frames.push(Buffer.concat([Buffer.of(0x81, 2), Buffer.from("ho")]))
  frames.push(frame(binary, 3))
  frames.push(Buffer.of(0x88, 2, 0x03, 0xf4))
  frames.push(Buffer.of(0x88, 0))
  assert.deepStrictEqual(told, ["hi", "ho", null, 1012, null])
})
