import { ApiError, createFalClient } from "@fal-ai/client"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { Ebb } from "./Ebb.ts"

/** 8 runners of 8 slots, quick to start; the service time comes with each request. */
const spec = `
app: { name: myapp, max_multiplexing: 8, termination_grace_period: 30s }
scaling: { min_concurrency: 8, max_concurrency: 16, keep_alive: 300s }
runner: { scheduling: 50ms, setup: 200ms, teardown: 50ms, service: 100ms }
`

const ebb = new Ebb()

beforeAll(async () => {
  const file = join(ebb.data, "myapp.yaml")
  writeFileSync(file, spec)
  await ebb.up(file)
  await serving()
})

afterAll(() => ebb.remove())

const serving = () => ebb.serving("myapp", 8)

interface Caller {
  readonly service: string
  readonly retries?: boolean
}

const clientOf = ({ retries = false, service }: Caller) =>
  createFalClient({
    credentials: ebb.key,
    // The package's addresses are fixed: each goes to the same host's path of the sandbox.
    requestMiddleware: async (request) => ({
      ...request,
      url: request.url.replace("https://", `${ebb.url}/`),
      headers: { ...request.headers, "x-ebb-service": service }
    }),
    retry: retries ? { maxRetries: 3, baseDelay: 100 } : { maxRetries: 0, retryableStatusCodes: [] }
  })

const app = "local/myapp"

test("run, queue, subscribe and stream of @fal-ai/client work unmodified", async () => {
  const client = clientOf({ service: "100ms" })
  expect((await client.run(app, { input: { a: 1 } })).data).toEqual({ a: 1 })

  const { request_id: requestId } = await client.queue.submit(app, { input: { q: 2 } })
  expect((await client.queue.status(app, { requestId, logs: true })).status).toMatch(/IN_QUEUE|IN_PROGRESS|COMPLETED/)
  expect((await client.queue.subscribeToStatus(app, { requestId })).status).toBe("COMPLETED")
  const result = await client.queue.result(app, { requestId })
  expect(result.data).toEqual({ q: 2 })
  expect(result.requestId).toBe(requestId)

  expect((await client.subscribe(app, { input: { s: 3 } })).data).toEqual({ s: 3 })
  expect((await client.subscribe(app, { input: { s: 4 }, mode: "streaming" })).data).toEqual({ s: 4 })

  const stream = await client.stream(app, { input: { e: 5 } })
  const seen: Array<unknown> = []
  for await (const event of stream) seen.push(event)
  expect(seen.at(-1)).toEqual({ e: 5 })
})

test("a queued request in flight is cancelled once it is done, one that waits at once", async () => {
  const client = clientOf({ service: "300ms" })
  const { request_id: requestId } = await client.queue.submit(app, { input: { q: 1 } })
  await client.queue.cancel(app, { requestId })
  await client.queue.subscribeToStatus(app, { requestId })
  await expect(client.queue.cancel(app, { requestId })).rejects.toThrow()
})

/** What a caller's request came to; `error` null when it was answered. */
interface Answered {
  readonly requestId: string
  readonly error: ApiError<unknown> | null
}

const answered = async (asked: Promise<{ readonly requestId: string }>): Promise<Answered> => {
  try {
    return { requestId: (await asked).requestId, error: null }
  } catch (error) {
    if (error instanceof ApiError) return { requestId: error.requestId, error }
    throw error
  }
}

/** 40 requests of 2 to 5 s, half direct and half queued, all in flight before it goes on. */
const fortyInFlight = async (retries = false) => {
  const services = Array.from({ length: 20 }, (_, i) => `${2000 + i * 150}ms`)
  const direct = services.map((service) => answered(clientOf({ service, retries }).run(app, { input: { service } })))
  const queue = clientOf({ service: "2s" }).queue
  const submitted = services.map((service) => clientOf({ service }).queue.submit(app, { input: { service } }))
  const queued = (await Promise.all(submitted)).map(({ request_id }) => request_id)
  const inFlight = await ebb.inFlight("myapp", 40)
  const results = () =>
    Promise.all(
      queued.map(async (requestId) => {
        await queue.subscribeToStatus(app, { requestId })
        return queue.result(app, { requestId })
      })
    )
  return { direct, queued, results, before: inFlight.map(({ runner_id }) => runner_id) }
}

test("a graceful rollout under 40 requests in flight loses none of them", async () => {
  const { before, direct, queued, results } = await fortyInFlight()
  const command = ebb.run("apps", "rollout", "myapp")
  expect(command).toMatchObject({ code: 0, stdout: "Rolled out application myapp\n" })

  const report = await ebb.finished()
  expect(report.inFlight).toMatchObject({ atStart: 40, drained: 40, errored: 0, retried: 0 })
  expect(report.inFlight.direct.drained).toBe(20)
  const outcomes = await Promise.all(direct)
  expect(outcomes.filter(({ error }) => error !== null)).toEqual([])
  expect(await results()).toHaveLength(20)

  const rows = await ebb.ledger("myapp")
  for (const id of [...outcomes.map(({ requestId }) => requestId), ...queued]) {
    expect(rows.get(id)).toMatchObject({ outcome: "completed", attempts: 1 })
  }
  const after = (await serving()).map(({ runner_id }) => runner_id)
  expect(after.filter((id) => before.includes(id))).toEqual([])
})

test("by force exactly the direct ones see the error, exactly the queued ones run again", async () => {
  await serving()
  const { direct, queued, results } = await fortyInFlight()
  expect(ebb.run("apps", "rollout", "myapp", "--force").code).toBe(0)

  const report = await ebb.finished()
  expect(report.inFlight).toMatchObject({ atStart: 40, drained: 0, errored: 20, retried: 20 })
  const outcomes = await Promise.all(direct)
  for (const { error } of outcomes) {
    expect(error).toBeInstanceOf(ApiError)
    expect(error?.status).toBe(503)
    expect(error?.body).toMatchObject({ error_type: "runner_disconnected" })
  }
  expect(await results()).toHaveLength(20)
  const rows = await ebb.ledger("myapp")
  for (const { requestId } of outcomes) {
    expect(rows.get(requestId)).toMatchObject({ outcome: "errored", errorType: "runner_disconnected", attempts: 1 })
  }
  for (const id of queued) expect(rows.get(id)).toMatchObject({ outcome: "completed", attempts: 2 })
})

test("with the client's own retries no caller sees an error, and the ledger shows both tries", async () => {
  await serving()
  const before = await ebb.ledger("myapp")
  const { direct, results } = await fortyInFlight(true)
  expect(ebb.run("apps", "rollout", "myapp", "--force").code).toBe(0)
  const outcomes = await Promise.all(direct)
  expect(outcomes.filter(({ error }) => error !== null)).toEqual([])
  await results()
  const fresh = [...(await ebb.ledger("myapp")).values()].filter(
    (row) => row.kind === "direct" && !before.has(row.requestId)
  )
  const count = (outcome: string) => fresh.filter((row) => row.outcome === outcome).length
  expect({ completed: count("completed"), errored: count("errored") }).toEqual({ completed: 20, errored: 20 })
})
