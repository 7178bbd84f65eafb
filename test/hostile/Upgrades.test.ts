import { afterAll, beforeAll, expect, test } from "vitest"
import { Ebb } from "../e2e/Ebb.ts"
import { dial, exchange, handshake, statusOf } from "./Wire.ts"

const ebb = new Ebb()

beforeAll(async () => {
  await ebb.up()
  await ebb.serving("demo", 1)
})

afterAll(() => ebb.remove())

const isAlive = async (): Promise<boolean> => (await fetch(`${ebb.url}/openapi.json`)).status === 200

const targets = ["//", "//[", "//:x", "http://[/", "*", "/fal.run/%zz/%zz/realtime", "/fal.run/local/%ff/realtime"]

test.each(targets)("a wish for a WebSocket at %s is refused, with a key and without", async (target) => {
  for (const lines of [[], [`authorization: Key ${ebb.key}`]]) {
    expect(statusOf(await exchange(ebb.url, handshake(target, ...lines)))).toBeGreaterThanOrEqual(400)
    expect(await isAlive()).toBe(true)
  }
})

test("so is one for a shell whose runner or command is no text", async () => {
  const key = `authorization: Key ${ebb.key}`
  for (const target of ["/v1/runners/%ff/shell", "/v1/runners/%/shell?command=%ff&terminal=["]) {
    expect(statusOf(await exchange(ebb.url, handshake(target)))).toBe(401)
    expect(statusOf(await exchange(ebb.url, handshake(target, key)))).toBe(400)
  }
  expect(await isAlive()).toBe(true)
})

test("a wish for another protocol than WebSocket is ignored, and the request answered", async () => {
  const lines = [
    "host: localhost",
    `authorization: Key ${ebb.key}`,
    "x-ebb-service: 1ms",
    "connection: upgrade, close",
    "upgrade: h2c",
    "",
    ""
  ]
  const status = async (start: string) => statusOf(await exchange(ebb.url, [start, ...lines].join("\r\n")))
  expect(await status("GET /openapi.json HTTP/1.1")).toBe(200)
  expect(await status("GET /fal.run/local/demo HTTP/1.1")).toBe(200)
  expect(await status("GET // HTTP/1.1")).toBe(404)
  expect(await isAlive()).toBe(true)
})

/** No mask, though a client must; a reserved opcode; a control frame that is too long; a text that is no UTF-8. */
const badFrames = ["8105" + "68656c6c6f", "83800000" + "0000", "89fe00ff00000000", "818200000000" + "fffe"]

test.each(badFrames)("a WebSocket that was refused and then breaks the protocol with %s is cut", async (frame) => {
  const wire = await dial(ebb.url)
  wire.socket.write(handshake("/fal.run/local/demo/realtime?fal_jwt_token=nonsense"))
  expect(statusOf(await wire.until((text) => text.includes("Unauthorized")))).toBe(101)
  wire.socket.write(Buffer.from(frame, "hex"))
  await wire.closed
  expect(await isAlive()).toBe(true)
})

test.each(badFrames)("a session that breaks the protocol with %s is cut", async (frame) => {
  const wire = await dial(ebb.url)
  wire.socket.write(handshake("/fal.run/local/demo/realtime", `authorization: Key ${ebb.key}`))
  expect(statusOf(await wire.until((text) => text.includes("\r\n\r\n")))).toBe(101)
  wire.socket.write(Buffer.from(frame, "hex"))
  await wire.closed
  expect(await isAlive()).toBe(true)
})

test.each(badFrames)("a shell that breaks the protocol with %s is cut", async (frame) => {
  const [runner] = await ebb.serving("demo", 1)
  const wire = await dial(ebb.url)
  wire.socket.write(handshake(`/v1/runners/${runner!.runner_id}/shell`, `authorization: Key ${ebb.key}`))
  const answer = await wire.until((text) => text.includes("\r\n\r\n"))
  wire.socket.write(Buffer.from(frame, "hex"))
  await wire.closed
  expect([101, 501, 409]).toContain(statusOf(answer))
  expect(await isAlive()).toBe(true)
})
