import { once } from "node:events"
import { afterAll, beforeAll, expect, test } from "vitest"
import { Ebb } from "../e2e/Ebb.ts"
import { dial, exchange, statusOf } from "./Wire.ts"

const ebb = new Ebb()

beforeAll(async () => {
  await ebb.up()
  await ebb.serving("demo", 1)
})

afterAll(() => ebb.remove())

const head = (method: string, path: string, ...lines: ReadonlyArray<string>): string =>
  [`${method} ${path} HTTP/1.1`, "host: localhost", `authorization: Key ${ebb.key}`, ...lines, "", ""].join("\r\n")

test.each(["HEAD", "OPTIONS", "TRACE"])("%s puts nothing into a queue", async (method) => {
  const answer = await exchange(ebb.url, head(method, "/queue.fal.run/local/demo"))
  expect(statusOf(answer)).toBe(405)
  expect(answer.toLowerCase()).toContain("allow: post")
  expect(await ebb.ledger("demo")).toEqual(new Map())
})

const tooLong = 100 * 2 ** 20 + 1

/** A chunked body of a byte more than is taken. */
const sendChunked = async (path: string): Promise<string> => {
  const wire = await dial(ebb.url)
  wire.socket.write(head("POST", path, "transfer-encoding: chunked"))
  const chunk = Buffer.alloc(2 ** 20)
  for (let sent = 0; sent < tooLong; sent += chunk.length) {
    wire.socket.write(`${chunk.length.toString(16)}\r\n`)
    wire.socket.write(chunk)
    if (!wire.socket.write("\r\n")) await Promise.race([once(wire.socket, "drain"), wire.closed])
  }
  const answer = await wire.until((text) => text.includes("\r\n\r\n"))
  wire.socket.destroy()
  return answer
}

test.each(["/fal.run/local/demo", "/queue.fal.run/local/demo", "/v1/apps"])(
  "at %s a body that is too large is 413, whether it says so or is counted",
  async (path) => {
    expect(statusOf(await exchange(ebb.url, head("POST", path, `content-length: ${tooLong}`)))).toBe(413)
    expect(statusOf(await sendChunked(path))).toBe(413)
  }
)

test("a body that is no JSON is told so, and one without a key is not read", async () => {
  const headers = { authorization: `Key ${ebb.key}` }
  const bad = await fetch(`${ebb.url}/v1/environments`, { method: "POST", headers, body: "{" })
  expect([bad.status, await bad.json()]).toEqual([400, { detail: "The body is not JSON" }])
  const stranger = ["POST /v1/environments HTTP/1.1", "host: localhost", `content-length: ${tooLong}`, "", ""].join(
    "\r\n"
  )
  expect(statusOf(await exchange(ebb.url, stranger))).toBe(401)
})

test.each([
  ["/fal.run/local/demo", "x-fal-retry-config", "{"],
  ["/queue.fal.run/local/demo", "x-fal-retry-config", '{"timeout": -1}'],
  ["/queue.fal.run/local/demo", "x-fal-retry-config", "[]"],
  ["/rest.fal.ai/storage/upload/initiate", "x-fal-object-lifecycle", "{"],
  ["/rest.fal.ai/storage/upload/initiate", "x-fal-object-lifecycle", '{"expiration_duration_seconds": 1e308}']
])("at %s the header %s: %s is refused and named", async (path, name, value) => {
  const headers = { authorization: `Key ${ebb.key}`, [name]: value }
  const body = JSON.stringify({ content_type: "text/plain", file_name: "a" })
  const answer = await fetch(`${ebb.url}${path}`, { method: "POST", headers, body })
  expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining(`${name} must be JSON such as`)])
})

test("half of a surrogate pair is no text", async () => {
  const headers = { authorization: `Key ${ebb.key}` }
  const put = (body: string) => fetch(`${ebb.url}/v1/secrets/A`, { method: "PUT", headers, body })
  expect((await put('{"value":"\\ud83d\\ude00"}')).status).toBe(200)
  const half = await put('{"value":"\\ud83d"}')
  expect([half.status, await half.text()]).toEqual([400, expect.stringContaining("half of a surrogate pair")])
})
