import { createFalClient } from "@fal-ai/client"
import { Schema } from "effect"
import { afterAll, beforeAll, expect, test } from "vitest"
import { Ebb } from "./Ebb.ts"

const ebb = new Ebb()

beforeAll(async () => {
  await ebb.up()
  await ebb.serving("demo", 1)
})

afterAll(() => ebb.remove())

const queue = (path: string, init: RequestInit = {}) => {
  const headers = { authorization: `Key ${ebb.key}`, "x-ebb-service": "1ms" }
  return fetch(`${ebb.url}/queue.fal.run/local/demo${path}`, { ...init, headers })
}
const submit = () => queue("", { method: "POST", body: "{}" })
const status = (id: string, more = "") => queue(`/requests/${id}/status${more}`)

test("polls fail with the status asked for, for the time asked for; what was submitted is worked on all the same", async () => {
  const id = await ebb.submit("local/demo")
  expect(ebb.run("apps", "fault", "demo", "poll_failure", "--status", "502", "--for", "10s").code).toBe(0)
  const [poll, result, stream] = [await status(id), await queue(`/requests/${id}`), await status(id, "/stream")]
  expect([poll.status, result.status, stream.status]).toEqual([502, 502, 502])
  expect(await poll.json()).toEqual({ detail: "Fault 'poll_failure' is in force" })
  expect((await submit()).status).toBe(200)
  const over = await ebb.until(
    () => status(id),
    (answer) => answer.status === 200
  )
  expect(await over.json()).toMatchObject({ status: "COMPLETED" })
})

test("submits are refused with 429 and when to come again; a client that retries gets through", async () => {
  expect(ebb.run("apps", "fault", "demo", "submit_failure", "--status", "429").code).toBe(0)
  const refused = await submit()
  expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "1"])
  expect((await ebb.direct("local/demo", { service: "1ms" })).status).toBe(200)
  const client = createFalClient({
    credentials: () => ebb.key,
    requestMiddleware: async (request) => ({ ...request, url: request.url.replace("https://", `${ebb.url}/`) }),
    retry: { maxRetries: 10, baseDelay: 200, maxDelay: 500, retryableStatusCodes: [429] }
  })
  const submitted = client.queue.submit("local/demo", { input: {} })
  expect(ebb.run("apps", "fault", "demo", "submit_failure", "--stop").code).toBe(0)
  expect((await submitted).request_id).toMatch(/^[\da-f-]{36}$/)
})

test("a stalled poll is answered when the fault is over, and a caller may leave before", async () => {
  const id = await ebb.submit("local/demo")
  expect(ebb.run("apps", "fault", "demo", "poll_stall").code).toBe(0)
  const left = status(id, "?left")
  const answered = status(id)
  const aborted = queue(`/requests/${id}`, { signal: AbortSignal.timeout(100) })
  await expect(aborted).rejects.toThrow()
  expect(ebb.run("apps", "fault", "demo", "poll_stall", "--stop").code).toBe(0)
  expect((await queue(`/requests/${id}/cancel`, { method: "PUT" })).status).toBeLessThan(500)
  for (const answer of [await left, await answered]) expect([200, 202]).toContain(answer.status)
})

test("a status belongs to failures of the front door; others are refused in words", async () => {
  const wrong = ebb.run("apps", "fault", "demo", "setup_failure", "--status", "502")
  expect([wrong.code, wrong.stderr]).toEqual([
    2,
    expect.stringContaining("--status has no use with setup_failure, which answers nothing")
  ])
  const asked = await fetch(`${ebb.url}/v1/apps/demo/faults`, {
    method: "POST",
    headers: { authorization: `Key ${ebb.key}`, "content-type": "application/json" },
    body: JSON.stringify({ do: "setup_failure", status: 502 })
  })
  expect([asked.status, await asked.text()]).toEqual([
    400,
    expect.stringContaining("status belongs to submit_failure and poll_failure")
  ])
  const unknown = ebb.run("apps", "fault", "demo", "poll_failure", "--status", "418")
  expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining("must be one of 429, 500, 502, 503, 504")])
})

const Polled = Schema.Struct({ logs: Schema.Array(Schema.Struct({ message: Schema.String })) })

test("a simulated runner prints what it takes up and what it answers, and a poll with logs shows it", async () => {
  const id = await ebb.submit("local/demo")
  const done = await ebb.until(
    () => status(id, "?logs=1"),
    (answer) => answer.status === 200
  )
  const { logs } = Schema.decodeUnknownSync(Polled)(await done.json())
  expect(logs.map(({ message }) => message)).toEqual(
    expect.arrayContaining([`POST / begins: request ${id}, attempt 1`, "POST / 200"])
  )
})
