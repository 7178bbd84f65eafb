import { Schema } from "effect"
import { once } from "node:events"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { Ebb } from "./Ebb.ts"

const ebb = new Ebb()

beforeAll(async () => {
  const file = join(ebb.data, "demo.yaml")
  const spec = `
app: { name: demo, max_multiplexing: 4 }
scaling: { min_concurrency: 1, max_concurrency: 2, keep_alive: 300s }
runner: { scheduling: 1ms, setup: 1ms, teardown: 1ms, service: 1ms }
`
  writeFileSync(file, spec)
  await ebb.up(file)
  await ebb.serving("demo", 1)
})

afterAll(() => ebb.remove())

const Meta = Schema.Struct({
  type: Schema.Literals(["start", "end"]),
  request_id: Schema.String,
  status: Schema.Int,
  headers: Schema.optionalKey(Schema.Record(Schema.String, Schema.String)),
  time_to_first_byte_seconds: Schema.optionalKey(Schema.Number)
})
const metaOf = Schema.decodeUnknownSync(Schema.fromJsonString(Meta))

/** What fal.apps.ws does: a text for each request; start, then the parts of the body, then end, and the id of both is one. */
class Connection {
  private readonly socket: WebSocket
  private readonly received: Array<string | ArrayBuffer> = []
  private readonly incoming = new EventTarget()

  constructor(path: string, headers: Readonly<Record<string, string>>) {
    this.socket = Reflect.construct(WebSocket, [`${ebb.url.replace("http", "ws")}${path}`, { headers }])
    this.socket.binaryType = "arraybuffer"
    this.socket.onmessage = ({ data }) => {
      this.received.push(data)
      this.incoming.dispatchEvent(new Event("message"))
    }
  }

  async open(): Promise<this> {
    await once(this.socket, "open")
    return this
  }

  /** Whether it was closed before it was open. */
  refused(): Promise<boolean> {
    return Promise.race([once(this.socket, "close").then(() => true), once(this.socket, "open").then(() => false)])
  }

  send(value: unknown): void {
    this.socket.send(JSON.stringify(value))
  }

  private async next(): Promise<string | ArrayBuffer> {
    if (this.received.length === 0) await once(this.incoming, "message")
    return this.received.shift()!
  }

  async recv() {
    const start = metaOf(await this.next())
    expect(start.type).toBe("start")
    const parts: Array<string | ArrayBuffer> = []
    for (;;) {
      const part = await this.next()
      if (typeof part === "string" && /"type":"end"/.test(part)) {
        const end = metaOf(part)
        expect([end.request_id, end.status]).toEqual([start.request_id, start.status])
        expect(end.time_to_first_byte_seconds).toBeGreaterThanOrEqual(0)
        const text = parts.map((one) => (typeof one === "string" ? one : new TextDecoder().decode(one))).join("")
        return { ...start, text, isText: parts.every((one) => typeof one === "string") }
      }
      parts.push(part)
    }
  }

  close(): void {
    this.socket.close()
  }
}

const connected = (path: string, more: Readonly<Record<string, string>> = {}) =>
  new Connection(path, { authorization: `Key ${ebb.key}`, ...more }).open()

test("fal.apps.ws: each message is a request of its own, answered in order between start and end", async () => {
  for (const [path, host] of [
    ["/ws.fal.run/local/demo", {}],
    // What its address becomes with FAL_RUN_HOST: `ws.` before the host, the prefix kept.
    ["/fal.run/local/demo/some/path", { host: "ws.localhost" }]
  ] as const) {
    const connection = await connected(path, host)
    for (const rhs of [0, 1, 2]) connection.send({ lhs: 2, rhs })
    const answers = [await connection.recv(), await connection.recv(), await connection.recv()]
    expect(answers.map(({ text }) => JSON.parse(text))).toEqual([0, 1, 2].map((rhs) => ({ lhs: 2, rhs })))
    expect(answers.every(({ isText, status }) => isText && status === 200)).toBe(true)
    expect(answers[0]?.headers?.["content-type"]).toBe("application/json")
    const ledger = await ebb.ledger("demo")
    for (const { request_id: id } of answers) {
      expect(ledger.get(id)).toMatchObject({ kind: "direct", outcome: "completed", status: 200 })
    }
    connection.close()
  }
})

test("a stream comes in pieces, as bytes", async () => {
  const connection = await connected("/ws.fal.run/local/demo/stream")
  connection.send({ a: 1 })
  const { isText, text } = await connection.recv()
  expect(isText).toBe(false)
  expect(text).toContain('data: {"a":1}\n\n')
  connection.close()
})

test("a rollout by force is an answer of its request, and the connection goes on", async () => {
  const connection = await connected("/ws.fal.run/local/demo", { "x-ebb-service": "60s" })
  connection.send({ a: 1 })
  await ebb.inFlight("demo", 1)
  expect(ebb.run("apps", "rollout", "demo", "--force").code).toBe(0)
  const lost = await connection.recv()
  expect(lost.status).toBe(503)
  expect(JSON.parse(lost.text)).toMatchObject({ error_type: "runner_disconnected" })
  await ebb.serving("demo", 1)
  connection.send({ b: 2 })
  await ebb.inFlight("demo", 1)
  connection.close()
})

test("who shows no key gets no connection", async () => {
  const connection = new Connection("/ws.fal.run/local/demo", { authorization: "Key bad:key" })
  expect(await connection.refused()).toBe(true)
})
