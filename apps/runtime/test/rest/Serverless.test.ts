import { Schema } from "effect"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { Restarted } from "../Restarted.ts"

const ebb = new Restarted()
const startedAtMs = Date.now()

const spec = `
app: { name: llm, max_multiplexing: 2 }
scaling: { min_concurrency: 1, max_concurrency: 1 }
runner: { scheduling: 20ms, docker_pull: 30ms, setup: 40ms, service: 50ms }
`

type Row = Readonly<Record<string, unknown>>

/** What any of the calls may answer. */
interface Body {
  readonly items: ReadonlyArray<Row>
  readonly runners: ReadonlyArray<Row>
  readonly has_more: boolean
  readonly next_cursor: string | null
  readonly time_series: readonly [{ readonly results: ReadonlyArray<Row> }]
}

const ask = async (path: string): Promise<{ readonly status: number; readonly body: Body }> => {
  const answer = await fetch(`${ebb.running.url}${path}`, { headers: { authorization: `Key ${ebb.key}` } })
  return { status: answer.status, body: (await answer.json()) as Body }
}

const byEndpoint = "/v1/serverless/requests/by-endpoint?endpoint_id=local/llm"

beforeAll(async () => {
  await ebb.up(spec)
  for (let n = 0; n < 3; n++) await (await ebb.direct("llm")).text()
  const id = await ebb.submit("llm")
  await ebb.until(
    async () => (await ebb.queue("GET", `llm/requests/${id}/status`)).status,
    (status) => status === 200
  )
})
afterAll(() => ebb.remove())

const Item = Schema.Struct({
  request_id: Schema.String,
  endpoint_id: Schema.Literal("local/llm"),
  sent_at: Schema.String,
  started_at: Schema.String,
  ended_at: Schema.String,
  status_code: Schema.Literal(200),
  duration: Schema.Finite,
  runner_id: Schema.String
})

describe("the platform's requests by endpoint", () => {
  test("are those that ended, newest first, with when they came, began and ended, and where; at its own host too", async () => {
    for (const host of ["", "/api.fal.ai"]) {
      const { body } = await ask(host + byEndpoint)
      expect(body).toMatchObject({ next_cursor: null, has_more: false })
      const items = Schema.decodeUnknownSync(Schema.Array(Item))(body.items)
      expect(items).toHaveLength(4)
      expect(new Set(items.map(({ runner_id }) => runner_id)).size).toBe(1)
      const ended = items.map(({ ended_at }) => Date.parse(ended_at))
      expect(ended).toEqual(ended.toSorted((a, b) => b - a))
      for (const { ended_at, sent_at, started_at } of items) {
        expect(Date.parse(sent_at)).toBeLessThanOrEqual(Date.parse(started_at))
        expect(Date.parse(ended_at) - Date.parse(started_at)).toBeGreaterThanOrEqual(49)
      }
    }
  })

  test("come in pages, by a cursor", async () => {
    const first = await ask(`${byEndpoint}&limit=3`)
    expect([first.body.items.length, first.body.has_more]).toEqual([3, true])
    const second = await ask(`${byEndpoint}&limit=3&cursor=${first.body.next_cursor}`)
    expect([second.body.items.length, second.body.has_more]).toEqual([1, false])
  })

  test("are chosen by time and by how they ended", async () => {
    expect((await ask(`${byEndpoint}&end=${new Date(startedAtMs).toISOString()}`)).body.items).toEqual([])
    expect((await ask(`${byEndpoint}&status=error`)).body.items).toEqual([])
    expect((await ask(`${byEndpoint}&status=success,error`)).body.items).toHaveLength(4)
  })

  test.each([
    ["/v1/serverless/requests/by-endpoint", 400, "endpoint_id must be given once to 50 times, got 0"],
    [`${byEndpoint}&limit=101`, 400, "limit must be a whole number from 1 to 100, got '101'"],
    [`${byEndpoint}&start=soon`, 400, "start must be an ISO time, got 'soon'"],
    [`${byEndpoint}&status=fine`, 400, "status must be of success, user_error, error, got 'fine'"],
    ["/v1/serverless/requests/by-endpoint?endpoint_id=acme/llm", 404, "Endpoint 'acme/llm' not found"],
    [
      "/v1/serverless/analytics?endpoint_id=local/llm&timeframe=year",
      400,
      "timeframe must be one of minute, hour, day, week, got 'year'"
    ]
  ])("are refused in one sentence: %s", async (path, status, detail) => {
    expect(await ask(path)).toEqual({ status, body: { detail } })
  })
})

test("analytics count what ended, and give quantiles in seconds", async () => {
  const expand = "expand=request_count,success_count,error_count,p50_duration,p99_prepare_duration,cold_boot_count"
  const { body } = await ask(`/api.fal.ai/v1/serverless/analytics?endpoint_id=local/llm&timeframe=day&${expand}`)
  const [{ results }] = body.time_series
  expect(results).toHaveLength(1)
  expect(results[0]).toMatchObject({
    endpoint_id: "local/llm",
    request_count: 4,
    success_count: 4,
    error_count: 0,
    cold_boot_count: 0
  })
  expect(results[0]!["p50_duration"]).toBeGreaterThanOrEqual(0.049)
})

test("app events tell the stages of a runner's start, behind the host of the REST API too", async () => {
  for (const host of ["", "/rest.fal.ai"]) {
    const { body } = await ask(`${host}/applications/local/llm/events?categories=runner`)
    const types: ReadonlyArray<string> = body.items.map(({ type }) => String(type))
    expect(types.toReversed().slice(0, 4)).toEqual([
      "runner_scheduled",
      "docker_pull_started",
      "setup_started",
      "runner_ready"
    ])
    const atMs = new Map(body.items.map(({ timestamp, type }) => [type, Date.parse(String(timestamp))]))
    expect(atMs.get("runner_ready")! - atMs.get("setup_started")!).toBeGreaterThanOrEqual(39)
  }
})

test("runners tell since when they are there, and metrics are those of the platform over the last minute", async () => {
  const { body } = await ask("/rest.alpha.fal.ai/runners/?application=llm")
  expect(body.runners).toHaveLength(1)
  expect(body.runners[0]).toMatchObject({ application: "llm", state: "running", machine_type: "S", finished_at: null })
  const text = await (
    await fetch(`${ebb.running.url}/v1/serverless/metrics`, { headers: { authorization: `Key ${ebb.key}` } })
  ).text()
  expect(text).toContain('fal_app_runners{application="llm",state="idle",machine_type="S"} 1')
  expect(text).toContain('fal_app_requests_received{application="llm"} 4')
  expect(text).toContain('fal_app_requests_completed{application="llm",method="POST",status="200"} 4')
  expect(text).toContain('fal_app_request_latency{application="llm",le="+Inf"} 4')
  expect(text).toMatch(/fal_app_request_latency\{application="llm",le="0\.05"\} [0-4]\n/)
})

test("a proxy that names api.fal.ai comes to the same", async () => {
  const headers = {
    authorization: `Key ${ebb.key}`,
    "x-fal-target-url": "https://api.fal.ai/v1/serverless/requests/by-endpoint?endpoint_id=local/llm&limit=1"
  }
  const answer = await fetch(`${ebb.running.url}/api/fal/proxy`, { headers })
  expect(answer.status).toBe(200)
  expect(await answer.json()).toMatchObject({ items: [{ endpoint_id: "local/llm" }], has_more: true })
})
