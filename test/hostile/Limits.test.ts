import * as Api from "@ebb/protocol/rest/Api"
import { limits } from "@ebb/runtime/edge/Limits"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { Ebb } from "../e2e/Ebb.ts"
import { dial, exchange, handshake, statusOf } from "./Wire.ts"

/** Small enough that a test goes over them. */
const small = {
  headBytes: 2000,
  headWaitMs: 100,
  idleMs: 100,
  grpcIdleMs: 100,
  bodyBytes: 1000,
  bodyWaitSeconds: 1,
  socketMessageBytes: 1000,
  sessionWaitingBytes: 1500,
  specFilesBytes: 100,
  uploadParts: 2,
  queueBytes: 1500,
  rollouts: 2
}

const ebb = new Ebb()
beforeAll(async () => {
  await ebb.up(...Object.entries(small).flatMap(([name, value]) => ["--limit", `${name}=${value}`]))
  await ebb.serving("demo", 1)
})
afterAll(() => ebb.remove())

const key = () => `authorization: Key ${ebb.key}`
const head = (method: string, path: string, ...lines: ReadonlyArray<string>): string =>
  [`${method} ${path} HTTP/1.1`, "host: localhost", key(), ...lines, "", ""].join("\r\n")

test("docs/limits.md has a row for every limit", () => {
  const docs = readFileSync(join(import.meta.dirname, "../../docs/limits.md"), "utf8")
  for (const name of Object.keys(limits)) expect([name, docs.includes(`\`${name}\``)]).toEqual([name, true])
})

test("a limit that is none, and a number that is none, are refused", () => {
  for (const word of ["nothing=1", "idleMs=0", "idleMs=1.5", "idleMs"])
    expect(ebb.run("up", "--limit", word).code).toBe(2)
})

test("a head and a body that are too long", async () => {
  expect(statusOf(await exchange(ebb.url, head("GET", "/openapi.json", `x: ${"x".repeat(2000)}`)))).toBe(431)
  expect(statusOf(await exchange(ebb.url, head("POST", "/fal.run/local/demo", "content-length: 1001")))).toBe(413)
})

test("a head and a body that do not come", async () => {
  expect(statusOf(await exchange(ebb.url, "GET / HTTP/1.1\r\n"))).toBe(408)
  const half = head("POST", "/fal.run/local/demo", "content-length: 10")
  expect(statusOf(await exchange(ebb.url, `${half}12345`))).toBe(408)
})

test("a connection without a request, and one of HTTP/2 without a call", async () => {
  const idle = await dial(ebb.url)
  idle.socket.write(head("GET", "/openapi.json"))
  await idle.closed
  const http2 = await dial(ebb.url)
  http2.socket.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u0004\0\0\0\0\0")
  await http2.closed
})

/** A binary message of a client, its mask of zeros. */
const message = (bytes: number): Buffer => {
  const start = Buffer.alloc(8)
  start.writeUInt32BE(0x82fe0000 + bytes)
  return Buffer.concat([start, Buffer.alloc(bytes)])
}

test.each([
  ["a message of a WebSocket that is too long", [1001], 1009],
  ["too much that waits in a session", [900, 900, 900], 1008]
])("%s", async (_, lengths, code) => {
  const wire = await dial(ebb.url)
  wire.socket.write(handshake("/fal.run/local/demo/realtime", key(), "x-ebb-service: 1h"))
  await wire.until((text) => text.includes("\r\n\r\n"))
  for (const length of lengths) wire.socket.write(message(length))
  const text = await wire.until((seen) => seen.includes("\x88"))
  expect(Buffer.from(text.slice(text.lastIndexOf("\x88") + 2), "latin1").readUInt16BE()).toBe(code)
  wire.socket.destroy()
})

test("files of a spec that are too long", async () => {
  const body = { spec: "app: { name: a }", files: { "a.csv": "x".repeat(101) } }
  expect(await ebb.refusal(Api.deploy, { params: {}, query: {}, body })).toContain("The files of the spec are larger")
})

test("more bodies in the queues than they hold", async () => {
  const submit = () =>
    fetch(`${ebb.url}/queue.fal.run/local/demo`, {
      method: "POST",
      headers: { authorization: `Key ${ebb.key}`, "x-ebb-service": "1h" },
      body: "x".repeat(600)
    })
  expect([(await submit()).status, (await submit()).status, (await submit()).status]).toEqual([200, 200, 507])
})

test("more rollouts than are listed", async () => {
  for (let n = 0; n < 3; n++) await ebb.ask(Api.rollout, { params: { app: "demo" }, query: {}, body: { force: true } })
  expect((await ebb.ask(Api.listRollouts, { params: {}, query: {} })).rollouts.map(({ id }) => id)).toEqual([
    "r-3",
    "r-2"
  ])
})
