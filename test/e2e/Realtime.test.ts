import { type ApiError, createFalClient } from "@fal-ai/client"
import { writeFileSync } from "node:fs"
import { connect } from "node:net"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { Ebb } from "./Ebb.ts"

const spec = (name: string) => `
app: { name: ${name}, max_multiplexing: 2, termination_grace_period: 30s }
scaling: { min_concurrency: 1, max_concurrency: 4, keep_alive: 300s }
runner: { scheduling: 20ms, setup: 50ms, teardown: 20ms, service: 400ms }
`

const ebb = new Ebb()
const ownWebSocket = globalThis.WebSocket
const toSandbox = (url: string) => url.replace("https://", `${ebb.url}/`)
const socketUrl = (path: string) => `${ebb.url.replace("http", "ws")}/fal.run/${path}`

beforeAll(async () => {
  const files = ["chat", "other"].map((name) => {
    const file = join(ebb.data, `${name}.yaml`)
    writeFileSync(file, spec(name))
    return file
  })
  await ebb.up(...files)
  await ebb.serving("chat", 1)
  await ebb.serving("other", 1)
  // The package knows one address: its WebSocket is the only way to another.
  globalThis.WebSocket = class extends ownWebSocket {
    constructor(url: string | URL) {
      super(String(url).replace("wss://", `${ebb.url.replace("http", "ws")}/`))
    }
  }
})

afterAll(() => {
  globalThis.WebSocket = ownWebSocket
  return ebb.remove()
})

const client = createFalClient({
  credentials: () => ebb.key,
  requestMiddleware: async (request) => ({ ...request, url: toSandbox(request.url) })
})

/** A realtime connection of the client, and what it was told. */
const connection = (app: string) => {
  const results: Array<unknown> = []
  const errors: Array<ApiError<unknown>> = []
  let wake = () => {}
  const { close, send } = client.realtime.connect(app, {
    throttleInterval: 0,
    onResult: (result: unknown) => {
      results.push(result)
      wake()
    },
    onError: (error) => {
      errors.push(error)
      wake()
    }
  })
  const until = async (holds: () => boolean) => {
    while (!holds()) await new Promise<void>((resolve) => (wake = resolve))
  }
  return { close, send, results, errors, until }
}

const realtimeRows = async (app = "chat") =>
  [...(await ebb.ledger(app)).values()]
    .filter(({ kind }) => kind === "realtime")
    .toSorted((a, b) => a.number - b.number)

const settledRows = (count: number) =>
  ebb.until(
    () => realtimeRows(),
    (rows) => rows.filter(({ outcome }) => outcome !== null).length >= count
  )

test("realtime.connect gets each message back, msgpack both ways, in order", async () => {
  const { close, results, send, until } = connection("local/chat")
  for (const n of [1, 2, 3]) {
    send({ n, of: ["three", null, 0.5] })
    await until(() => results.length === n)
  }
  expect(results).toEqual([1, 2, 3].map((n) => ({ n, of: ["three", null, 0.5] })))
  close()
  const rows = await settledRows(1)
  expect(rows.at(-1)).toMatchObject({ outcome: "completed", errorType: null, attempts: 1 })
})

test("a graceful rollout lets the message under way finish, then closes with 1012; the session has drained", async () => {
  await ebb.serving("chat", 1)
  const before = (await settledRows(0)).length
  const { errors, results, send, until } = connection("local/chat")
  send({ n: 1 })
  await until(() => results.length === 1)
  send({ n: 2 })
  await ebb.inFlight("chat", 1)
  expect(ebb.run("apps", "rollout", "chat").code).toBe(0)
  await until(() => errors.length === 1)
  expect(results).toEqual([{ n: 1 }, { n: 2 }])
  expect(errors[0]?.status).toBe(1012)
  expect((await ebb.finished()).inFlight).toMatchObject({ atStart: 1, drained: 1, errored: 0 })
  expect((await settledRows(before + 1)).at(-1)).toMatchObject({ outcome: "completed" })
})

test("by force it is closed with 1011 and has failed", async () => {
  await ebb.serving("chat", 1)
  const before = (await settledRows(0)).length
  const { errors, results, send, until } = connection("local/chat")
  send({ n: 1 })
  await until(() => results.length === 1)
  expect(ebb.run("apps", "rollout", "chat", "--force").code).toBe(0)
  await until(() => errors.length === 1)
  expect(errors[0]?.status).toBe(1011)
  expect((await ebb.finished()).inFlight).toMatchObject({ atStart: 1, drained: 0, errored: 1, retried: 0 })
  const row = (await settledRows(before + 1)).at(-1)
  expect(row).toMatchObject({ outcome: "errored", errorType: "runner_disconnected", attempts: 1 })
})

/** How a plain WebSocket fares: what it is told first, and the code that it is closed with. */
const opened = (url: string, headers: Readonly<Record<string, string>> = {}) =>
  new Promise<{ readonly code: number; readonly said: unknown }>((resolve) => {
    // Bun's WebSocket takes headers; the type of the web does not know them.
    const socket: WebSocket = Reflect.construct(ownWebSocket, [url, { headers }])
    let said: unknown = null
    socket.onopen = () => socket.send("hello")
    socket.onmessage = ({ data }) => {
      said = data
      socket.close(1000)
    }
    socket.onclose = ({ code }) => resolve({ code, said })
  })

const tokenFor = async (body: unknown, key = ebb.key): Promise<string> => {
  const headers = { authorization: `Key ${key}`, "content-type": "application/json" }
  const request = { method: "POST", headers, body: JSON.stringify(body) }
  const answer = await fetch(`${ebb.url}/rest.fal.ai/tokens/`, request)
  expect(answer.status).toBe(200)
  return String(await answer.json())
}

const withToken = (token: string, app = "chat") => opened(socketUrl(`local/${app}/realtime?fal_jwt_token=${token}`))

test("a token is good for the apps that it names, until it is over or its key is revoked", async () => {
  const refused = { code: 1008, said: JSON.stringify({ status: "error", error: "Unauthorized" }) }
  const token = await tokenFor({ allowed_apps: ["chat"], token_expiration: 120 })
  expect(await withToken(token)).toEqual({ code: 1000, said: "hello" })
  expect((await withToken(token, "other")).said).toBe(refused.said)
  expect((await withToken(`${token}x`)).said).toBe(refused.said)
  expect((await withToken(await tokenFor({ allowed_apps: ["local/other"] }), "other")).said).toBe("hello")
  expect((await withToken(await tokenFor({ allowed_apps: ["acme/chat"] }))).said).toBe(refused.said)

  const made = JSON.parse(ebb.run("keys", "create", "--scope", "API", "--json").stdout)
  const brief = await tokenFor({ allowed_apps: ["chat"] }, `${made.key_id}:${made.key_secret}`)
  expect((await withToken(brief)).said).toBe("hello")
  expect(ebb.run("keys", "revoke", made.key_id).code).toBe(0)
  expect((await withToken(brief)).said).toBe(refused.said)

  const over = await tokenFor({ allowed_apps: ["chat"], token_expiration: 1 })
  const seen = await ebb.until(
    () => withToken(over),
    ({ said }) => said === refused.said
  )
  expect(seen.said).toBe(refused.said)
})

test("a key in the header serves as well; nothing, a wrong one and a page of elsewhere are refused", async () => {
  const url = socketUrl("local/chat/realtime")
  expect(await opened(url, { authorization: `Key ${ebb.key}` })).toEqual({ code: 1000, said: "hello" })
  expect((await opened(url)).said).toBe(null)
  expect((await opened(url, { authorization: "Key bad:key" })).said).toBe(null)
  expect((await opened(url, { authorization: `Key ${ebb.key}`, origin: "https://evil.example" })).said).toBe(null)
  expect((await opened(url, { authorization: `Key ${ebb.key}`, host: "evil.example" })).said).toBe(null)
})

test("what cannot become a WebSocket keeps no slot of a runner; a wish for another protocol is ignored", async () => {
  const { host, port } = new URL(ebb.url)
  const head = `GET /fal.run/local/chat/realtime HTTP/1.1\r\nhost: ${host}\r\nauthorization: Key ${ebb.key}\r\n`
  const upgrades = [
    ["upgrade: websocket\r\n", 400],
    ["upgrade: h2c\r\n", 200],
    ["upgrade: websocket\r\nsec-websocket-key: short\r\n", 400]
  ] as const
  for (const [upgrade, status] of upgrades) {
    const socket = connect(Number(port), "127.0.0.1")
    socket.write(`${head}connection: upgrade, close\r\n${upgrade}\r\n`)
    let answer = ""
    socket.on("data", (chunk: Buffer) => (answer += chunk.toString()))
    await new Promise((resolve) => socket.on("close", resolve))
    expect(answer).toContain(`HTTP/1.1 ${status}`)
  }
  expect((await ebb.serving("chat", 1)).map(({ in_flight_requests: count }) => count)).toEqual([0])
})

test("a wish for a token that names no apps is answered with a sentence", async () => {
  const headers = { authorization: `Key ${ebb.key}` }
  const answer = await fetch(`${ebb.url}/rest.fal.ai/tokens/`, { method: "POST", headers, body: "{}" })
  expect(answer.status).toBe(400)
  expect(await answer.text()).toContain("allowed_apps must be a list")
})

test("the journal of sessions, replayed in virtual time, gives the same outcomes", () => {
  const file = join(ebb.data, "live.jsonl")
  expect(ebb.run("journal", "export", file).code).toBe(0)
  expect(JSON.parse(ebb.run("replay", file, "--json").stdout)).toMatchObject({ reproduced: true, origin: "live" })
})

test("going down closes sessions that work on nothing, and waits for no caller", async () => {
  const { errors, results, send, until } = connection("local/other")
  send({ n: 1 })
  await until(() => results.length === 1)
  const down = ebb.start("down")
  await until(() => errors.length === 1)
  expect(errors[0]?.status).toBe(1012)
  expect((await down).code).toBe(0)
})
