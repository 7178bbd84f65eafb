import { ApiError, createFalClient } from "@fal-ai/client"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { Ebb } from "./Ebb.ts"

/** One runner of one slot, taken for the whole time: nothing else ever begins. */
const spec = `
app: { name: img, max_multiplexing: 1, startup_timeout: 600s }
scaling: { min_concurrency: 1, max_concurrency: 1, keep_alive: 600s }
runner: { scheduling: 10ms, setup: 10ms, service: 1h }
`
const app = "local/img"

const ebb = new Ebb()

beforeAll(async () => {
  const file = join(ebb.data, "img.yaml")
  writeFileSync(file, spec)
  await ebb.up(file)
  await ebb.serving("img", 1)
  await ebb.submit(app)
  await ebb.inFlight("img", 1)
})

afterAll(() => ebb.remove())

const client = () =>
  createFalClient({
    credentials: ebb.key,
    requestMiddleware: async (request) => ({ ...request, url: request.url.replace("https://", `${ebb.url}/`) })
  })

const errorOf = (asked: Promise<unknown>): Promise<unknown> =>
  asked.then(
    (answer) => expect.unreachable(`answered with ${JSON.stringify(answer)}`),
    (error: unknown) => error
  )

/** The row of a request in the ledger, once it is over. */
const ended = async (requestId: string) => {
  const rows = await ebb.until(
    () => ebb.ledger("img"),
    (all) => (all.get(requestId)?.outcome ?? null) !== null
  )
  return rows.get(requestId)
}

/** How many requests the app has been sent. */
const received = async (): Promise<number> => {
  const answer = await fetch(`${ebb.url}/metrics`, { headers: { authorization: `Key ${ebb.key}` } })
  return Number(/^fal_app_requests_received\{application="img"\} (\d+)$/m.exec(await answer.text())?.[1])
}

const statusOf = async (requestId: string) => (await client().queue.status(app, { requestId })).status

test.for([
  ["subscribe", () => client().subscribe(app, { input: { n: 1 }, startTimeout: 1.1, pollInterval: 50 })],
  ["run", () => client().run(app, { input: { n: 2 }, startTimeout: 1.1 })]
] as const)("%s with a start timeout fails once, as the caller's own limit", async ([, ask]) => {
  const before = await ebb.ledger("img")
  const error = await errorOf(ask())
  if (!(error instanceof ApiError)) throw error
  expect(error.status).toBe(504)
  expect(error.isUserTimeout).toBe(true)
  expect(error.body).toMatchObject({ error_type: "request_timeout" })
  const row = await ended(error.requestId)
  expect(row).toMatchObject({ status: 504, errorType: "request_timeout", attempts: 0 })
  const fresh = [...(await ebb.ledger("img")).keys()].filter((id) => !before.has(id))
  expect(fresh).toEqual([error.requestId])
})

test("subscribe that waits for no longer than its timeout cancels what it asked for", async () => {
  let requestId = ""
  const asked = client().subscribe(app, {
    input: { n: 3 },
    timeout: 500,
    pollInterval: 50,
    onEnqueue: (id) => (requestId = id)
  })
  expect(await errorOf(asked)).toMatchObject({
    message: "Client timed out waiting for the request to complete after 500ms"
  })
  expect(await ended(requestId)).toMatchObject({ outcome: "cancelled", attempts: 0 })
})

test("subscribe that is aborted leaves its request in the queue: the platform does not hear of it", async () => {
  const abort = new AbortController()
  let requestId = ""
  const asked = client().subscribe(app, {
    input: { n: 4 },
    abortSignal: abort.signal,
    pollInterval: 50,
    onEnqueue: (id) => (requestId = id),
    onQueueUpdate: () => abort.abort()
  })
  expect(await errorOf(asked)).toMatchObject({ name: "AbortError" })
  expect(await statusOf(requestId)).toBe("IN_QUEUE")
})

test("run that is aborted while it waits for a runner leaves the line", async () => {
  const abort = new AbortController()
  const before = await received()
  const asked = errorOf(client().run(app, { input: { n: 5 }, abortSignal: abort.signal }))
  await ebb.until(received, (count) => count > before)
  abort.abort()
  expect(await asked).toMatchObject({ name: "AbortError" })
  await ebb.until(
    () => ebb.ledger("img"),
    (all) => [...all.values()].some(({ errorType }) => errorType === "client_disconnected")
  )
})
