import { Schema } from "effect"
import { createHash, createPublicKey, verify } from "node:crypto"
import { createServer, type IncomingHttpHeaders, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest"
import { Ebb } from "./Ebb.ts"

interface Heard {
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

/** A server that hears webhooks, and answers each with the next of `answers`, 200 when there is none. */
class Listener {
  readonly heard: Array<Heard> = []
  readonly answers: Array<number> = []
  private readonly server: Server
  private wake: () => void = () => {}

  constructor() {
    this.server = createServer((incoming, outgoing) => {
      let text = ""
      incoming.on("data", (chunk: Buffer) => (text += chunk.toString()))
      incoming.on("end", () => {
        const status = this.answers.shift() ?? 200
        outgoing.writeHead(status, status === 302 ? { location: this.url } : {}).end()
        this.heard.push({ headers: incoming.headers, text })
        this.wake()
      })
    })
  }

  open(): Promise<void> {
    return new Promise((resolve) => this.server.listen(0, "127.0.0.1", resolve))
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/hook?a=b`
  }

  /** The n-th, once it is there. */
  async number(n: number): Promise<Heard> {
    while (this.heard.length < n) await new Promise<void>((resolve) => (this.wake = resolve))
    return this.heard[n - 1]!
  }

  close(): void {
    this.server.close()
    this.server.closeAllConnections()
  }
}

const Told = Schema.Struct({
  request_id: Schema.String,
  gateway_request_id: Schema.String,
  status: Schema.String,
  payload: Schema.Unknown,
  error: Schema.optionalKey(Schema.String),
  payload_error: Schema.optionalKey(Schema.String)
})
const told = ({ text }: Heard) => Schema.decodeUnknownSync(Schema.fromJsonString(Told))(text)

const handler = `export default async (request) => {
  const { status, text } = await request.json()
  return new Response(text, { status })
}
`
const spec = (runner: string, name: string) => `
app: { name: ${name}, auth: shared, max_multiplexing: 8, startup_timeout: 24h, termination_grace_period: 3s }
scaling: { min_concurrency: 1, max_concurrency: 2, keep_alive: 300s }
runner: ${runner}
`

const ebb = new Ebb()
let listener: Listener

beforeAll(async () => {
  writeFileSync(join(ebb.data, "handler.ts"), handler)
  writeFileSync(join(ebb.data, "own.yaml"), spec("{ handler: ./handler.ts }", "own"))
  writeFileSync(join(ebb.data, "sim.yaml"), spec("{ scheduling: 10ms, setup: 10ms, service: 10ms }", "sim"))
  // Two hours of retries pass in seven seconds; a process has a minute and a half to be ready in.
  await ebb.up(join(ebb.data, "own.yaml"), join(ebb.data, "sim.yaml"), "--speed", "1000")
  await ebb.serving("own", 1)
  await ebb.serving("sim", 1)
})

beforeEach(() => {
  listener = new Listener()
  return listener.open()
})

afterEach(() => listener.close())
afterAll(() => ebb.remove())

const submit = (app: string, body: unknown, hook = listener.url, headers: Readonly<Record<string, string>> = {}) =>
  fetch(`${ebb.url}/queue.fal.run/local/${app}?fal_webhook=${encodeURIComponent(hook)}`, {
    method: "POST",
    headers: { authorization: `Key ${ebb.key}`, "content-type": "application/json", ...headers },
    body: JSON.stringify(body)
  })

const idOf = async (answer: Promise<Response>): Promise<string> =>
  Schema.decodeUnknownSync(Schema.Struct({ request_id: Schema.String }))(await (await answer).json()).request_id

test("whoever asked is told once, with a signature that the published key confirms", async () => {
  const id = await idOf(submit("sim", { a: 1 }))
  const heard = await listener.number(1)
  expect(told(heard)).toEqual({ request_id: id, gateway_request_id: id, status: "OK", payload: { a: 1 } })

  const header = (name: string) => String(heard.headers[`x-fal-webhook-${name}`])
  const digest = createHash("sha256").update(heard.text).digest("hex")
  const message = [header("request-id"), header("user-id"), header("timestamp"), digest].join("\n")
  expect(header("request-id")).toBe(id)
  const { keys } = Schema.decodeUnknownSync(
    Schema.Struct({ keys: Schema.Array(Schema.Struct({ kty: Schema.String, crv: Schema.String, x: Schema.String })) })
  )(await (await fetch(`${ebb.url}/rest.fal.ai/.well-known/jwks.json`)).json())
  const key = createPublicKey({ key: { ...keys[0]! }, format: "jwk" })
  expect(verify(null, Buffer.from(message), key, Buffer.from(header("signature"), "hex"))).toBe(true)
  expect(verify(null, Buffer.from(`${message} `), key, Buffer.from(header("signature"), "hex"))).toBe(false)
  expect(statSync(join(ebb.data, "webhook.key")).mode & 0o777).toBe(0o600)
})

test("it names the user who sent the request", async () => {
  const userOf = async (key: string) => {
    const answer = await fetch(`${ebb.url}/users/current`, { headers: { authorization: `Key ${key}` } })
    return Schema.decodeUnknownSync(Schema.Struct({ user_id: Schema.String }))(await answer.json()).user_id
  }
  const acme = /FAL_KEY='(.+)'/.exec(ebb.run("teams", "create", "acme").stdout)?.[1] ?? ""
  await submit("sim", {})
  expect((await listener.number(1)).headers["x-fal-webhook-user-id"]).toBe(await userOf(ebb.key))
  await submit("sim", {}, listener.url, { authorization: `Key ${acme}` })
  expect((await listener.number(2)).headers["x-fal-webhook-user-id"]).toBe(await userOf(acme))
})

test("an app's error, an answer that is not JSON and a cancelled request are told as what they are", async () => {
  await submit("own", { status: 422, text: '{"detail":"no"}' })
  expect(told(await listener.number(1))).toMatchObject({
    status: "ERROR",
    error: "Invalid status code: 422",
    payload: { detail: "no" }
  })
  await submit("own", { status: 200, text: "plain" })
  const plain = told(await listener.number(2))
  expect(plain).toMatchObject({ status: "OK", payload: null })
  expect(plain.payload_error).toContain("not JSON")
  const id = await idOf(submit("sim", {}, listener.url, { "x-ebb-service": "1h", "x-fal-request-timeout": "1" }))
  ebb.run("apps", "rollout", "sim", "--force")
  expect(told(await listener.number(3))).toMatchObject({
    request_id: id,
    status: "ERROR",
    payload: { error_type: "request_timeout" }
  })
})

test("after a refusal, an error or a redirection it is tried again, then no more", async () => {
  listener.answers.push(500, 404, 302)
  const id = await idOf(submit("sim", {}))
  await listener.number(4)
  expect(listener.heard.map((heard) => told(heard).request_id)).toEqual([id, id, id, id])
  const signatures = new Set(listener.heard.map(({ text }) => text))
  expect(signatures.size).toBe(1)
})

test("one that nobody hears is given up after ten retries", async () => {
  listener.answers.push(...Array.from({ length: 20 }, () => 503))
  await submit("sim", {})
  await listener.number(11)
  const next = await idOf(submit("sim", {}))
  listener.answers.length = 0
  expect(told(await listener.number(12)).request_id).toBe(next)
})

test("what was still to be delivered is delivered after a restart", async () => {
  listener.answers.push(503, 503, 503)
  const id = await idOf(submit("sim", {}))
  await listener.number(3)
  await ebb.kill()
  listener.answers.length = 0
  await ebb.up("--speed", "1000")
  expect(told(await listener.number(4)).request_id).toBe(id)
})

test("a sandbox calls nobody beyond this machine", async () => {
  for (const url of ["https://example.com/hook", "http://169.254.169.254/", "file:///etc/passwd", "nonsense"]) {
    const refused = await submit("sim", {}, url)
    expect([refused.status, refused.headers.get("x-fal-error-type")]).toEqual([400, "bad_request"])
    expect(await refused.text()).toContain("fal_webhook")
  }
})
