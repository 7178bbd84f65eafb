import { Schema } from "effect"
import { readFileSync } from "node:fs"
import { afterAll, beforeAll, expect, test } from "vitest"
import { Ebb } from "../e2e/Ebb.ts"
import { dial, handshake, type Wire } from "./Wire.ts"

const ebb = new Ebb()

beforeAll(async () => {
  await ebb.up()
  await ebb.serving("demo", 1)
})

afterAll(() => ebb.remove())

const decodeAck = Schema.decodeUnknownSync(Schema.Struct({ request_id: Schema.String }))
const mebibyte = 2 ** 20

/** A session whose runner takes an hour for each message. */
const session = async (): Promise<Wire> => {
  const wire = await dial(ebb.url)
  wire.socket.write(handshake("/fal.run/local/demo/realtime", `authorization: Key ${ebb.key}`, "x-ebb-service: 1h"))
  await wire.until((text) => text.includes("\r\n\r\n"))
  return wire
}

/** A binary message of a client, its mask of zeros. */
const message = (bytes: number): Buffer => {
  const head = Buffer.alloc(14)
  head.writeUInt16BE(0x82ff)
  head.writeBigUInt64BE(BigInt(bytes), 2)
  return Buffer.concat([head, Buffer.alloc(bytes)])
}

/** The code with which a close frame ends what came. */
const closeCode = (text: string): number =>
  Buffer.from(text.slice(text.lastIndexOf("\x88") + 2), "latin1").readUInt16BE()

test("a message of more than 16 MiB ends its session", async () => {
  const wire = await session()
  wire.socket.write(message(16 * mebibyte + 1))
  expect(closeCode(await wire.until((text) => text.includes("\x88")))).toBe(1009)
  wire.socket.destroy()
})

test("where more than 64 MiB wait in a session, it is closed", async () => {
  const wire = await session()
  const piece = message(8 * mebibyte)
  for (let n = 0; n < 10; n++) wire.socket.write(piece)
  expect(closeCode(await wire.until((text) => text.includes("\x88")))).toBe(1008)
  wire.socket.destroy()
})

/** A map of msgpack, {"a": …}, whose text is half of a surrogate pair, which is no UTF-8. */
const illFormed = Buffer.from([0x81, 0xa1, 0x61, 0xa3, 0xed, 0xa0, 0xbd])

test("msgpack is passed on as it is, also where its text is none; a text frame that is none ends its session", async () => {
  const wire = await dial(ebb.url)
  wire.socket.write(handshake("/fal.run/local/demo/realtime", `authorization: Key ${ebb.key}`, "x-ebb-service: 1ms"))
  await wire.until((text) => text.includes("\r\n\r\n"))
  const small = (opcode: number): Buffer =>
    Buffer.concat([Buffer.from([0x80 | opcode, 0x80 | illFormed.length, 0, 0, 0, 0]), illFormed])
  wire.socket.write(small(2))
  await wire.until((text) => text.includes(`\x82\x07${illFormed.toString("latin1")}`))
  wire.socket.write(small(1))
  expect(closeCode(await wire.until((text) => text.includes("\x88")))).toBe(1007)
  wire.socket.destroy()
})

test("a queued msgpack body comes back as it is", async () => {
  const headers = { authorization: `Key ${ebb.key}`, "content-type": "application/msgpack", "x-ebb-service": "1ms" }
  const submitted = await fetch(`${ebb.url}/queue.fal.run/local/demo`, { method: "POST", headers, body: illFormed })
  const { request_id: id } = decodeAck(await submitted.json())
  const answer = await ebb.until(
    () => fetch(`${ebb.url}/queue.fal.run/local/demo/requests/${id}`, { headers }),
    ({ status }) => status === 200
  )
  expect(Buffer.from(await answer.arrayBuffer())).toEqual(illFormed)
})

const residentBytes = (): number => {
  const { pid } = JSON.parse(readFileSync(`${ebb.data}/sandbox.json`, "utf8"))
  const [, kibibytes] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))!
  return Number(kibibytes) * 1024
}

test("what waited in a session goes with it", async () => {
  const piece = message(8 * mebibyte)
  const before = residentBytes()
  const rounds = 12
  for (let round = 0; round < rounds; round++) {
    const wire = await session()
    for (let n = 0; n < 7; n++) {
      if (!wire.socket.write(piece)) await new Promise((resolve) => wire.socket.once("drain", resolve))
    }
    wire.socket.end()
    await wire.closed
  }
  const sent = rounds * 7 * piece.length
  // It goes when memory is next collected.
  const after = await ebb.until(
    async () => residentBytes(),
    (bytes) => bytes - before < sent / 2
  )
  expect(after).toBeGreaterThan(0)
})
