import * as Source from "@ebb/evidence/source/Source"
import { Effect, Result } from "effect"
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { createServer, type IncomingMessage, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, beforeAll, beforeEach, describe, it, vi } from "vitest"

const folder = mkdtempSync(join(tmpdir(), "ebb-fal-"))
const secret = "s3cret-of-the-key"
let server: Server
let url: string
const asked: Array<{ readonly path: string; readonly authorization: string | undefined }> = []
/** So many answers more are a 429. */
let tooMany = 0
let speed = 1
let hasRunners = true

const time = (second: number): string => new Date(Date.UTC(2026, 10, 28, 17, 0, second)).toISOString()

const requests = Array.from({ length: 250 }, (_, at) => ({
  request_id: `q${at}`,
  endpoint_id: "me/llm",
  sent_at: time(at),
  started_at: time(at + 1),
  ended_at: at === 249 ? null : time(at + 3),
  status_code: at % 50 === 7 ? 503 : 200,
  duration: 2,
  runner_id: `r${at % 2}`,
  something_new: { of: "tomorrow" }
}))

const events = ["r0", "r1"].flatMap((runner_id) => [
  { category: "runner", type: "runner_ready", runner_id, timestamp: time(75) },
  { category: "runner", type: "setup_started", runner_id, timestamp: time(30) },
  { category: "runner", type: "docker_pull_started", runner_id, timestamp: time(10) },
  { category: "runner", type: "runner_scheduled", runner_id, timestamp: time(8) }
])
const rollouts = [
  {
    category: "deployment",
    type: "rollout_started",
    rollout_id: "r-2",
    mode: "force",
    order: null,
    timestamp: time(60)
  },
  { category: "deployment", type: "app_deployed", timestamp: time(50) },
  { category: "deployment", type: "Rollout", order: "replace_first", created_at: time(40) }
]

const answers = (path: string, query: URLSearchParams): unknown => {
  if (path === "/users/current") return { nickname: "me" }
  if (path === "/v1/apps")
    return { apps: [{ alias: "llm", max_multiplexing: 4, keep_alive: 120, machine_types: ["GPU-H100"], new_one: 1 }] }
  if (path === "/applications/me/llm/events")
    return { items: query.get("page") === "1" ? [...events, ...rollouts] : [] }
  if (path === "/v1/status") return { speed }
  if (path === "/v1/serverless/analytics") {
    const hour = { request_count: 125, error_count: 3, cold_boot_count: 1, p50_duration: 1.9, p99_duration: 2.5 }
    return { time_series: [{ results: [hour] }, { results: [{ ...hour, p99_duration: 7 }] }] }
  }
  if (path === "/runners/" && hasRunners)
    return { runners: ["r0", "r1"].map((runner_id, at) => ({ runner_id, started_at: time(at), finished_at: null })) }
  if (path === "/v1/rollouts/r-2") return { capacity: { recoveryMs: 2500 } }
  if (path === "/v1/requests")
    return { requests: [{ kind: "queued" }, { kind: "direct" }, { kind: "direct" }, { kind: "direct" }] }
  if (path !== "/v1/serverless/requests/by-endpoint") return null
  const from = Number(query.get("cursor") ?? 0)
  const hasMore = from + 100 < requests.length
  return {
    items: requests.slice(from, from + 100),
    next_cursor: hasMore ? String(from + 100) : null,
    has_more: hasMore
  }
}

const answer = ({ headers, url: path = "" }: IncomingMessage): readonly [number, unknown] => {
  asked.push({ path, authorization: headers.authorization })
  if (tooMany-- > 0) return [429, { detail: "slow down" }]
  const { pathname, searchParams } = new URL(path, "http://x")
  const found = answers(pathname, searchParams)
  return found === null ? [404, { detail: "Not found" }] : [200, found]
}

beforeAll(async () => {
  server = createServer((request, response) => {
    const [status, body] = answer(request)
    response.writeHead(status, { "content-type": "application/json", "retry-after": "0.001" }).end(JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.close()
  rmSync(folder, { recursive: true })
})
beforeEach(() => {
  asked.length = 0
  tooMany = 0
  speed = 1
  hasRunners = true
})

const read = (word: string, more: Partial<Source.Reading> = {}) => {
  const source = Source.parse(word) as Source.Source
  const sandbox = { url, key: `id:${secret}` }
  return Effect.runPromise(
    Effect.result(Source.read(source, { folder, env: {}, told: { columns: {} }, sandbox, ...more }))
  )
}

describe("what an app's own platform knows", () => {
  it("is asked page by page, with the key to the host that was named and nothing else, and without payloads", async () => {
    const found = Result.getOrThrow(await read("sandbox:llm"))
    assert.strictEqual(found.requests!.count, 250)
    assert.deepStrictEqual(found.requests!.dropped, [{ reason: "without an end: left out of the times", count: 1 }])
    assert.isTrue(asked.every(({ authorization }) => authorization === `Key id:${secret}`))
    assert.isFalse(asked.some(({ path }) => /by-endpoint.*expand|payload/.test(path)))
    assert.strictEqual(asked.filter(({ path }) => path.includes("by-endpoint")).length, 3)
    const atMs = (second: number): number => Date.UTC(2026, 10, 28, 17, 0, second)
    assert.deepStrictEqual(found.rollouts, [
      { atMs: atMs(60), mode: "force", recoveryMs: 2500 },
      { atMs: atMs(40), mode: "replace", recoveryMs: null }
    ])
  })

  it("has the stages of starts and the settings in force; what is new in it does not matter", async () => {
    const { findings } = Result.getOrThrow(await read("sandbox:llm"))
    const values = Object.fromEntries(findings.map(({ path, value }) => [path, value]))
    assert.deepStrictEqual(values, {
      "app.name": "llm",
      "app.machine_type": "GPU-H100",
      "app.max_multiplexing": "4",
      "scaling.keep_alive": "120s",
      "runner.scheduling": "2s",
      "runner.docker_pull": "20s",
      "runner.setup": "45s",
      "traffic[0].kind": "{ mixed: { queued: 0.25 } }"
    })
  })

  it("says what the platform counts itself, and what of it could not be read", async () => {
    const { notes } = Result.getOrThrow(await read("sandbox:llm"))
    assert.include(
      notes,
      "the platform's own analytics of the last day: 250 requests, 6 errors, 2 cold boots; p50 at most 1.9 s and p99 at most 7 s in an hour"
    )
    assert.include(notes, "2 runners in the last day, at most 2 at a time")
    hasRunners = false
    const without = Result.getOrThrow(await read("sandbox:llm"))
    assert.match(
      without.notes.join("\n"),
      /^runners could not be read: 127\.0\.0\.1:\d+\/runners\/ answered 404: Not found$/m
    )
  })

  it("is told in the time of the app where the sandbox's clock is faster", async () => {
    speed = 10
    const { findings, notes, requests: found } = Result.getOrThrow(await read("sandbox:llm"))
    assert.closeTo(found!.endMs[0]! - found!.startMs[0]!, 20_000, 0.01)
    assert.strictEqual(findings.find(({ path }) => path === "runner.setup")!.value, "450s")
    assert.include(notes, "the sandbox runs at speed 10: times are those of its apps, counted back from now")
  })

  it("is waited for where it is too much, and told where it is refused", async () => {
    tooMany = 3
    assert.strictEqual(Result.getOrThrow(await read("sandbox:llm")).requests!.count, 250)
    const refused = await read("sandbox:you/llm")
    assert.match(
      Result.isFailure(refused) ? refused.failure.message : "",
      /^you\/llm: cannot be read: 127\.0\.0\.1:\d+\/applications\/you\/llm\/events answered 404: Not found$/
    )
  })

  it("may be kept as it came and read again, and the key is in none of it", async () => {
    const env = {
      FAL_KEY: `id:${secret}`,
      FAL_REST_HOST: new URL(url).host,
      FAL_GRPC_HOST: new URL(url).host,
      ISOLATE_TEST_MODE: "1"
    }
    const live = await read("fal:llm", { env, dump: "kept" })
    // This server speaks no gRPC: what was asked before it is kept.
    assert.isTrue(Result.isFailure(live))
    for (const file of readdirSync(join(folder, "kept")))
      assert.notInclude(readFileSync(join(folder, "kept", file), "utf8"), secret)
  })

  it("asks no host but those that are named", async () => {
    const asking = vi.spyOn(globalThis, "fetch")
    const host = new URL(url).host
    await read("sandbox:llm")
    await read("fal:llm", {
      env: { FAL_KEY: `id:${secret}`, FAL_REST_HOST: host, FAL_GRPC_HOST: host, ISOLATE_TEST_MODE: "1" }
    })
    const hosts = asking.mock.calls.map(([target]) => new URL(target instanceof Request ? target.url : target).host)
    asking.mockRestore()
    assert.isAbove(hosts.length, 10)
    assert.deepStrictEqual([...new Set(hosts)], [host])
  })

  it("needs a key", async () => {
    const without = await read("fal:llm")
    assert.strictEqual(
      Result.isFailure(without) ? without.failure.message : "",
      "llm: cannot be read: needs FAL_KEY=ID:SECRET in the environment"
    )
  })
})
