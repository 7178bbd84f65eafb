import { ApiError, createFalClient } from "@fal-ai/client"
import * as Api from "@ebb/protocol/rest/Api"
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

test("a queued request in flight that is cancelled ends as its app wants; one that is done cannot be cancelled", async () => {
  const client = clientOf({ service: "2s" })
  const { request_id: requestId } = await client.queue.submit(app, { input: { q: 1 } })
  await client.queue.cancel(app, { requestId })
  await client.queue.subscribeToStatus(app, { requestId })
  expect((await client.queue.result(app, { requestId })).data).toEqual({ q: 1 })
  const refused = await client.queue.cancel(app, { requestId }).catch((error) => error)
  expect([refused.status, refused.body]).toEqual([400, { status: "ALREADY_COMPLETED" }])
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

/** 40 requests of 6 to 9 s, half direct and half queued, all in flight before it goes on: so long that a rollout finds them all. */
const fortyInFlight = async (retries = false) => {
  const services = Array.from({ length: 20 }, (_, i) => `${6000 + i * 150}ms`)
  const direct = services.map((service) => answered(clientOf({ service, retries }).run(app, { input: { service } })))
  const queue = clientOf({ service: "6s" }).queue
  const submitted = services.map((service) => clientOf({ service }).queue.submit(app, { input: { service } }))
  const queued = (await Promise.all(submitted)).map(({ request_id }) => request_id)
  const inFlight = await ebb.inFlight("myapp", 40)
  /** Every queued one has its own input for an answer, and is done once. */
  const results = async () => {
    const all = await Promise.all(
      queued.map(async (requestId) => {
        await queue.subscribeToStatus(app, { requestId })
        return queue.result(app, { requestId })
      })
    )
    expect(all.map(({ data }) => data)).toEqual(services.map((service) => ({ service })))
    expect(all.map(({ requestId }) => requestId)).toEqual(queued)
  }
  const busy = inFlight.filter(({ in_flight_requests: count }) => count > 0)
  expect(busy).toHaveLength(8)
  return { direct, queued, results, before: busy.map(({ runner_id }) => runner_id) }
}

/** The ledger's rows of those requests, each of which stands in it exactly once. */
const rowsOf = async (ids: ReadonlyArray<string>) => {
  const { requests } = await ebb.ask(Api.listRequests, { params: {}, query: { app: "myapp", limit: "10000" } })
  const rows = ids.map((id) => requests.filter(({ requestId }) => requestId === id))
  expect(rows.map(({ length }) => length)).toEqual(ids.map(() => 1))
  return rows.flat()
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
  await results()

  for (const row of await rowsOf([...outcomes.map(({ requestId }) => requestId), ...queued])) {
    expect(row).toMatchObject({ outcome: "completed", status: 200, errorType: null, attempts: 1 })
  }
  expect(report.runners.map(({ id }) => id).toSorted()).toEqual(before.toSorted())
  const after = (await serving()).map(({ runner_id }) => runner_id)
  expect(after.filter((id) => before.includes(id))).toEqual([])
  const answer = await ebb.direct("local/myapp", { service: "1ms" })
  expect(after).toContain(answer.headers.get("x-ebb-runner"))
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
  await results()
  const lost = { outcome: "errored", status: 503, errorType: "runner_disconnected", attempts: 1 }
  for (const row of await rowsOf(outcomes.map(({ requestId }) => requestId))) expect(row).toMatchObject(lost)
  for (const row of await rowsOf(queued)) expect(row).toMatchObject({ outcome: "completed", status: 200, attempts: 2 })
})

test("with the client's own retries no caller sees an error, and the ledger shows both tries", async () => {
  await serving()
  const before = await ebb.ledger("myapp")
  const { direct, results } = await fortyInFlight(true)
  expect(ebb.run("apps", "rollout", "myapp", "--force").code).toBe(0)
  const outcomes = await Promise.all(direct)
  expect(outcomes.filter(({ error }) => error !== null)).toEqual([])
  await results()
  for (const row of await rowsOf(outcomes.map(({ requestId }) => requestId))) {
    expect(row).toMatchObject({ outcome: "completed", status: 200, attempts: 1 })
  }
  const fresh = [...(await ebb.ledger("myapp")).values()].filter(
    (row) => row.kind === "direct" && !before.has(row.requestId)
  )
  const count = (outcome: string) => fresh.filter((row) => row.outcome === outcome).length
  expect({ completed: count("completed"), errored: count("errored") }).toEqual({ completed: 20, errored: 20 })
})
