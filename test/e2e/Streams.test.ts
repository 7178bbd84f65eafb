import { ApiError, createFalClient } from "@fal-ai/client"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { Ebb } from "./Ebb.ts"

const ebb = new Ebb()

beforeAll(async () => {
  const server = join(import.meta.dirname, "servers/streams.mjs")
  const file = join(ebb.data, "own.yaml")
  writeFileSync(
    file,
    `
app: { name: own, max_multiplexing: 4, termination_grace_period: 30s }
scaling: { min_concurrency: 1, max_concurrency: 2, keep_alive: 300s }
runner: { command: [node, ${server}], ready: { path: /health } }
`
  )
  await ebb.up(file)
})

afterAll(() => ebb.remove())

const client = () =>
  createFalClient({
    credentials: ebb.key,
    requestMiddleware: async (request) => ({ ...request, url: request.url.replace("https://", `${ebb.url}/`) })
  })

/** The numbers of the events that come, `then` called behind the third; and what broke the stream off, if anything did. */
const read = async (then: () => void): Promise<{ readonly seen: ReadonlyArray<number>; readonly error: unknown }> => {
  const stream = await client().stream("local/own/tokens", { input: {} })
  // What breaks it off is told here, while the events just end.
  const done = stream.done().then(
    () => null,
    (error: unknown) => error
  )
  const seen: Array<number> = []
  for await (const { n } of stream as AsyncIterable<{ readonly n: number }>) if (seen.push(n) === 3) then()
  return { seen, error: await done }
}

test("a stream that a graceful rollout meets half-way comes to its end", async () => {
  await ebb.serving("own", 1)
  const { error, seen } = await read(() => expect(ebb.run("apps", "rollout", "own").code).toBe(0))
  expect([seen, error]).toEqual([[0, 1, 2, 3, 4, 5], null])
  expect((await ebb.finished()).inFlight).toMatchObject({ atStart: 1, drained: 1, errored: 0 })
})

test("one that a forced rollout meets breaks off, and its reader is told", async () => {
  await ebb.serving("own", 1)
  const { error, seen } = await read(() => expect(ebb.run("apps", "rollout", "own", "--force").code).toBe(0))
  expect(seen).toEqual([0, 1, 2])
  expect(error).toBeInstanceOf(Error)
  expect((await ebb.finished()).inFlight).toMatchObject({ atStart: 1, drained: 0, errored: 1 })
})

test("an app without a path for streams says so itself", async () => {
  await ebb.serving("own", 1)
  const asked = client()
    .stream("local/own", { input: {} })
    .then((stream) => stream.done())
  const error = await asked.catch((refused: unknown) => refused)
  if (!(error instanceof ApiError)) throw error
  expect([error.status, error.body]).toEqual([404, { detail: "Path /stream not found" }])
})
