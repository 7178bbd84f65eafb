import { ApiError, createFalClient, ValidationError } from "@fal-ai/client"
import { Schema } from "effect"
import { writeFileSync } from "node:fs"
import { connect } from "node:net"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { Ebb } from "./Ebb.ts"

const spec = (name: string, runner: string, slots: number) => `
app: { name: ${name}, max_multiplexing: ${slots}, termination_grace_period: 3s }
scaling: { min_concurrency: 1, max_concurrency: 1, keep_alive: 300s }
runner: ${runner}
`

const ebb = new Ebb()
const origin = "https://pages.example"

beforeAll(async () => {
  const own = join(ebb.data, "own.yaml")
  const one = join(ebb.data, "one.yaml")
  writeFileSync(own, spec("own", `{ handler: ${join(import.meta.dirname, "servers/anything.ts")} }`, 8))
  writeFileSync(one, spec("one", "{ scheduling: 5ms, setup: 5ms, service: 20ms }", 1))
  await ebb.up(own, one, "--allow-origin", origin)
  await ebb.serving("own", 1)
  await ebb.serving("one", 1)
})

afterAll(() => ebb.remove())

type Headers = Readonly<Record<string, string>>
const ask = (path: string, init: RequestInit & { readonly headers?: Headers } = {}) =>
  fetch(`${ebb.url}/${path}`, {
    method: "POST",
    ...init,
    headers: { authorization: `Key ${ebb.key}`, "content-type": "application/json", ...init.headers }
  })
const run = (path: string, init?: Parameters<typeof ask>[1]) => ask(`fal.run/local/${path}`, { body: "{}", ...init })
const queue = (path: string, init?: Parameters<typeof ask>[1]) => ask(`queue.fal.run/local/${path}`, init)
const get = (path: string) => queue(path, { method: "GET" })

const Seen = Schema.Struct({
  method: Schema.String,
  path: Schema.String,
  search: Schema.String,
  headers: Schema.Record(Schema.String, Schema.String)
})
const seenBy = async (answer: Response) => Schema.decodeUnknownSync(Seen)(await answer.json())

const State = Schema.Struct({
  status: Schema.String,
  request_id: Schema.String,
  queue_position: Schema.optionalKey(Schema.Int),
  error_type: Schema.optionalKey(Schema.String)
})
const state = Schema.decodeUnknownSync(State)
const submit = async (path: string, headers: Headers = {}) =>
  state(await (await queue(path, { body: '{"a":1}', headers })).json())

/** The states that a request goes through, as the status stream tells them, to the last. */
const states = async (app: string, id: string): Promise<ReadonlyArray<string>> =>
  statesOf(await get(`${app}/requests/${id}/status/stream`))

const statesOf = async (stream: Response): Promise<ReadonlyArray<string>> => {
  const text = await stream.text()
  const events = text.trim().split("\n\n")
  return events.map((event) => state(JSON.parse(event.replace("data: ", ""))).status)
}

/** Takes the only slot of an app for as long as it is wanted; what is called in the end frees it. */
const busy = async () => {
  const caller = run("one", { headers: { "x-ebb-service": "1h" } })
  const [runner] = await ebb.inFlight("one", 1)
  return async () => {
    expect(ebb.run("runners", "kill", runner!.runner_id).code).toBe(0)
    expect((await caller).status).toBe(503)
  }
}

const errorOf = async (answer: Response) => {
  const body = Schema.decodeUnknownSync(Schema.Struct({ error_type: Schema.String, detail: Schema.String }))(
    await answer.json()
  )
  return [answer.status, answer.headers.get("x-fal-error-type"), body.error_type] as const
}

describe("the queue", () => {
  test("says 202 until a request is done, 200 from then on; a result is the app's answer", async () => {
    const free = await busy()
    const first = await submit("one/sub/path")
    // Long enough for a stream that is read late.
    const second = await submit("one", { "x-ebb-service": "2s" })
    expect([first.status, first.queue_position, second.queue_position]).toEqual(["IN_QUEUE", 0, 1])
    for (const query of ["", "/", "?logs=1", "?logs=true", "?logs=0"]) {
      expect((await get(`one/requests/${second.request_id}/status${query}`)).status).toBe(202)
    }
    expect((await get(`one/requests/${second.request_id}`)).status).toBe(400)
    expect((await queue("one?fal_max_queue_length=1", { body: "{}" })).status).toBe(429)
    const stream = await get(`one/requests/${second.request_id}/status/stream`)
    await free()
    expect(await statesOf(stream)).toEqual(expect.arrayContaining(["IN_QUEUE", "IN_PROGRESS", "COMPLETED"]))
    const done = await get(`one/requests/${first.request_id}/status`)
    expect([done.status, state(await done.json()).status]).toEqual([200, "COMPLETED"])
    for (const path of ["", "/", "/response", "/response/"]) {
      const result = await get(`one/requests/${first.request_id}${path}`)
      expect([result.status, await result.text()]).toEqual([200, '{"a":1}'])
      expect(result.headers.get("x-fal-request-id")).toBe(first.request_id)
    }
  })

  test("gives up at once what waits and is cancelled; what is under way is told so, and ends as it wants", async () => {
    const running = await submit("own/work?held=cancelled")
    await ebb.inFlight("own", 1)
    const free = await busy()
    const waiting = await submit("one")
    const asked = [
      ["one", waiting.request_id],
      ["own", running.request_id]
    ] as const
    for (const [app, id] of asked) {
      const cancelled = await queue(`${app}/requests/${id}/cancel`, { method: "PUT" })
      expect([cancelled.status, await cancelled.json()]).toEqual([202, { status: "CANCELLATION_REQUESTED" }])
    }
    expect((await states("one", waiting.request_id)).at(-1)).toBe("COMPLETED")
    expect((await run("own?release=cancelled")).status).toBe(200)
    expect((await states("own", running.request_id)).at(-1)).toBe("COMPLETED")
    expect(await errorOf(await get(`one/requests/${waiting.request_id}`))).toEqual([
      499,
      "client_cancelled",
      "client_cancelled"
    ])
    expect((await get(`own/requests/${running.request_id}`)).status).toBe(200)
    await free()
  })

  test("has one method for each of its addresses", async () => {
    const { request_id: id } = await submit("one", { "x-ebb-service": "1ms" })
    await states("one", id)
    expect((await queue(`one/requests/${id}/status`, { method: "DELETE" })).status).toBe(405)
    expect((await get(`one/requests/${id}/cancel`)).status).toBe(405)
    const cancelled = await queue(`one/requests/${id}/cancel`, { method: "PUT" })
    expect([cancelled.status, await cancelled.json()]).toEqual([400, { status: "ALREADY_COMPLETED" }])
    const unknown = await queue("one/requests/nope/cancel", { method: "PUT" })
    expect([unknown.status, await unknown.json()]).toEqual([404, { status: "NOT_FOUND" }])
    expect((await get(`own/requests/${id}/status`)).status).toBe(404)
  })
})

describe("what an app gets, and what its caller", () => {
  test("the path and the query go through, what was meant for the platform does not", async () => {
    const platform = { "x-fal-store-io": "1", "x-fal-no-retry": "1", cookie: "a=b" }
    const { request_id: id } = await submit("own/a/b?c=d&fal_max_queue_length=9", { ...platform, "x-own": "1" })
    await states("own", id)
    const { headers, ...seen } = await seenBy(await get(`own/requests/${id}`))
    expect(seen).toEqual({ method: "POST", path: "/a/b", search: "?c=d" })
    expect(headers).toMatchObject({ "x-fal-request-id": id, "x-own": "1" })
    for (const name of ["authorization", ...Object.keys(platform)]) expect(headers).not.toHaveProperty(name)
  })

  test("a GET brings its input in the query", async () => {
    const seen = await seenBy(await run("own/a%20b/ü?k=v", { method: "GET", body: null }))
    expect(seen).toMatchObject({ method: "GET", path: "/a%20b/%C3%BC", search: "?k=v" })
  })

  test("an app's own error passes unchanged; one without a body gets the platform's", async () => {
    const own = await run("own?status=500&raw=%7B%22x%22%3A1%7D&h-x-fal-needs-retry=0&h-x-fal-runner-hints=a")
    expect([own.status, await own.json(), own.headers.get("x-fal-error-type")]).toEqual([500, { x: 1 }, null])
    for (const name of ["x-fal-needs-retry", "x-fal-runner-hints"]) expect(own.headers.has(name)).toBe(false)
    const posing = await run("own?h-x-ebb-runner=me&h-x-fal-request-id=mine&h-x-own=1&h-set-cookie=a&h-set-cookie=b")
    expect(posing.headers.get("x-ebb-runner")).toBe(own.headers.get("x-ebb-runner"))
    expect(posing.headers.get("x-fal-request-id")).not.toContain("mine")
    expect([posing.headers.get("x-own"), posing.headers.getSetCookie()]).toEqual(["1", ["a", "b"]])
    expect(await errorOf(await run("own?status=500&raw="))).toEqual([500, "runner_server_error", "runner_server_error"])
  })
})

describe("retries", () => {
  const triesOf = async (path: string, headers: Headers) => {
    const { request_id: id } = await submit(path, headers)
    await states("own", id)
    return (await ebb.ledger("own")).get(id)?.attempts
  }

  test("go by the caller's headers and by the app's", async () => {
    expect(await triesOf("own?status=504", { "x-fal-no-retry": "yes" })).toBe(1)
    expect(await triesOf("own?status=504&h-x-fal-needs-retry=0", {})).toBe(1)
    expect(await triesOf("own?status=500", {})).toBe(1)
    expect(await triesOf("own?status=504", { "x-fal-retry-config": '{"server_error":{"retries":1}}' })).toBe(2)
  })

  test("show in the status stream: in the queue again, then in progress", async () => {
    const { request_id: id } = await submit("own?status=504&ms=1500", {
      "x-fal-retry-config": '{"server_error":{"retries":1}}'
    })
    const seen = await states("own", id)
    expect(seen.slice(seen.indexOf("IN_PROGRESS"))).toEqual(["IN_PROGRESS", "IN_QUEUE", "IN_PROGRESS", "COMPLETED"])
  })
})

describe("what is refused", () => {
  test.each([
    ["x-fal-request-timeout", "0.1"],
    ["x-fal-request-timeout", "soon"],
    ["x-fal-request-timeout", "-1"],
    ["x-fal-queue-priority", "high"]
  ])("%s: %s is a bad request, and says so in header and body", async (name, value) => {
    const refused = await queue("one", { body: "{}", headers: { [name]: value } })
    expect(await errorOf(refused)).toEqual([400, "bad_request", "bad_request"])
  })

  test("a request that starts too late is answered with 504, its caller's own limit", async () => {
    const free = await busy()
    const late = await run("one", { headers: { "x-fal-request-timeout": "0.2" } })
    expect(late.headers.get("x-fal-request-timeout-type")).toBe("user")
    expect(await errorOf(late)).toEqual([504, "request_timeout", "request_timeout"])
    await free()
  })

  test("bodies over 100 MiB, however they come, without harm to the runner", async () => {
    const [before] = await ebb.serving("own", 1)
    const chunk = new Uint8Array(2 ** 20)
    const chunked = () => {
      let left = 101
      return new ReadableStream<Uint8Array>({
        pull: (controller) => (left-- > 0 ? controller.enqueue(chunk) : controller.close())
      })
    }
    for (const path of ["fal.run/local/one", "queue.fal.run/local/one", "fal.run/local/own"]) {
      expect([path, (await ask(path, { body: new Uint8Array(100 * 2 ** 20 + 1) })).status]).toEqual([path, 413])
      expect([path, (await ask(path, { body: chunked() })).status]).toEqual([path, 413])
    }
    const [after] = await ebb.serving("own", 1)
    expect(after?.runner_id).toBe(before?.runner_id)
  })

  test("a caller who breaks off in the middle of a body does no harm to the runner either", async () => {
    const [before] = await ebb.serving("own", 1)
    const { host, port } = new URL(ebb.url)
    const socket = connect(Number(port), "127.0.0.1")
    const head = `POST /fal.run/local/own HTTP/1.1\r\nhost: ${host}\r\nauthorization: Key ${ebb.key}\r\ncontent-length: 1000\r\n\r\n`
    socket.write(`${head}{`)
    await ebb.inFlight("own", 1)
    socket.destroy()
    const rows = await ebb.until(
      () => ebb.ledger("own"),
      (all) => [...all.values()].some(({ errorType }) => errorType === "client_disconnected")
    )
    expect([...rows.values()].filter(({ outcome }) => outcome === null)).toEqual([])
    expect((await ebb.serving("own", 1))[0]?.runner_id).toBe(before?.runner_id)
  })

  test("names and origins of elsewhere; a page of an origin that is allowed may read its answers", async () => {
    expect((await run("one", { headers: { host: "evil.example" } })).status).toBe(403)
    expect((await run("one", { headers: { origin: "https://evil.example" } })).status).toBe(403)
    const preflight = {
      origin,
      "access-control-request-method": "POST",
      "access-control-request-headers": "authorization"
    }
    const asked = await fetch(`${ebb.url}/fal.run/local/one`, { method: "OPTIONS", headers: preflight })
    expect([asked.status, asked.headers.get("access-control-allow-headers")]).toEqual([204, "authorization"])
    const answered = await run("one", { headers: { origin } })
    expect(answered.headers.get("access-control-allow-origin")).toBe(origin)
    expect(answered.headers.get("access-control-expose-headers")).toContain("x-fal-request-id")
  })
})

describe("@fal-ai/client by every lever that it has", () => {
  const toSandbox = (url: string) => url.replace("https://", `${ebb.url}/`)
  const levers = {
    proxyUrl: () => ({ proxyUrl: { url: `${ebb.url}/api/fal/proxy`, when: "always" as const } }),
    requestMiddleware: () => ({
      requestMiddleware: async (request: { readonly method: string; readonly url: string }) => ({
        ...request,
        url: toSandbox(request.url)
      })
    }),
    fetch: () => ({ fetch: ((url: string, init) => fetch(toSandbox(String(url)), init)) as typeof fetch })
  }

  test.each(Object.entries(levers))("%s", async (_, lever) => {
    const client = createFalClient({ credentials: ebb.key, ...lever() })
    expect((await client.run("local/own/sub", { input: {} })).data).toMatchObject({ path: "/sub" })
    expect((await client.run("local/own", { input: { a: 1 }, method: "get" })).data).toMatchObject({ search: "?a=1" })
    expect((await client.subscribe("local/own", { input: {}, logs: true })).data).toMatchObject({ method: "POST" })
    const stream = await client.stream("local/one", { input: { e: 5 } })
    expect(await stream.done()).toEqual({ e: 5 })
    const detail = [{ loc: ["body", "a"], msg: "missing", type: "missing" }]
    const invalid = `local/own?status=422&raw=${encodeURIComponent(JSON.stringify({ detail }))}`
    const error = await client.run(invalid, { input: {} }).catch((thrown) => thrown)
    expect(error).toBeInstanceOf(ValidationError)
    expect(error.fieldErrors).toEqual(detail)
    const unknown = await client.run("local/nope", { input: {} }).catch((thrown) => thrown)
    expect(unknown).toBeInstanceOf(ApiError)
    expect([unknown.status, unknown.body]).toEqual([404, { detail: "Application 'nope' not found" }])
  })
})
