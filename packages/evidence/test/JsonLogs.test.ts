import { assert, describe, it } from "vitest"
import { read, refusal, told } from "./Reading.ts"

const lines = (...all: ReadonlyArray<unknown>): string => all.map((one) => JSON.stringify(one)).join("\n")

describe("Envoy", () => {
  const line = {
    start_time: "2026-11-28T17:00:05.250Z",
    duration: 2300,
    response_code: 200,
    response_flags: "-",
    upstream_host: "10.1.0.1:80",
    "x-request-id": "a"
  }

  it("says when requests began, how long they took in ms, and whether the caller left", () => {
    const gone = { ...line, start_time: "2026-11-28T17:00:06.000Z", response_code: 0, response_flags: "DC" }
    const refused = {
      ...line,
      start_time: "2026-11-28T17:00:07.000Z",
      response_code: 503,
      response_flags: "UF,URX",
      upstream_host: "-"
    }
    const requests = read(lines(line, gone, refused))
    assert.deepStrictEqual(told(requests), [
      "+0 ms, 2300 ms, completed, 10.1.0.1:80",
      "+750 ms, 2300 ms, userError, 10.1.0.1:80",
      "+1750 ms, 2300 ms, error"
    ])
  })

  it("leaves out what had no upstream, and reads what has no duration", () => {
    const own = { ...line, duration: 0, upstream_host: "-", "x-request-id": "b" }
    const left = { ...own, duration: 900, response_code: 0, response_flags: "DC" }
    const requests = read(lines(line, own, own, left, { ...line, duration: "-" }))
    assert.deepStrictEqual(told(requests), [
      "+0 ms, 2300 ms, completed, 10.1.0.1:80",
      "+0 ms, no end, completed, 10.1.0.1:80"
    ])
    assert.deepStrictEqual(requests.dropped, [
      { reason: "lines had no upstream: answered by the proxy itself, left out", count: 2 },
      { reason: "line had no upstream: the caller left before there was one, left out", count: 1 },
      { reason: "without an end: left out of the times", count: 1 }
    ])
  })

  it("is refused where a column is missing, and asked about where its unit is another", () => {
    const { duration: _, ...without } = line
    assert.match(refusal(lines(line, without, without)), /^2: is no line of the Envoy access log/)
    assert.match(
      refusal(lines({ ...line, duration: 4_000_000 })),
      /read as ms, its durations have a median of 1 h 7 min.*: are they us\? Say --unit us/
    )
  })
})

describe("Caddy", () => {
  const line = {
    level: "info",
    ts: 1795881605.25,
    msg: "handled request",
    request: { method: "GET" },
    duration: 2.25,
    status: 200
  }

  it("says when requests ended, among other lines", () => {
    const requests = read(
      lines(line, { level: "warn", ts: 1795881606, msg: "tls" }, { ...line, ts: 1795881607.25, status: 500 })
    )
    assert.deepStrictEqual(told(requests), ["+0 ms, 2250 ms, completed", "+2000 ms, 2250 ms, error"])
    assert.deepStrictEqual(requests.dropped, [{ reason: "lines that are no request", count: 1 }])
  })

  it("begins with another line", () => {
    const requests = read(lines({ level: "info", ts: 1795881600.5, msg: "admin endpoint started" }, line))
    assert.deepStrictEqual(told(requests), ["+0 ms, 2250 ms, completed"])
  })

  it("is asked about where its seconds are milliseconds", () => {
    assert.match(
      refusal(lines({ ...line, duration: 312 }, { ...line, duration: 2250 }, { ...line, duration: 250 })),
      /are they ms\?/
    )
  })
})

describe("k6 and vegeta", () => {
  it("k6: the points of http_req_duration alone", () => {
    const point = (metric: string, value: number) => ({
      type: "Point",
      metric,
      data: { time: "2026-11-28T18:00:05.250+01:00", value, tags: { status: "200" } }
    })
    const requests = read(
      lines(
        { type: "Metric", metric: "http_req_duration", data: {} },
        point("http_reqs", 1),
        point("http_req_duration", 250.5)
      )
    )
    assert.deepStrictEqual(told(requests), ["+0 ms, 251 ms, completed"])
    assert.strictEqual(requests.arrivalMs[0], Date.UTC(2026, 10, 28, 17, 0, 4, 999) + 0.5)
  })

  it("vegeta: nanoseconds; code 0 is a request that got no answer", () => {
    const result = {
      attack: "",
      seq: 0,
      code: 200,
      timestamp: "2026-11-28T17:00:05.25Z",
      latency: 250_000_000,
      error: ""
    }
    assert.deepStrictEqual(told(read(lines(result, { ...result, code: 0, error: "refused" }))), [
      "+0 ms, 250 ms, completed",
      "+0 ms, 250 ms, error"
    ])
    assert.match(refusal(lines(result, { seq: 1 }, { seq: 2 })), /^2: is no line of the vegeta results/)
  })
})

describe("OTLP spans", () => {
  const span = (name: string, kind: number, fromS: number, tookS: number, attributes: ReadonlyArray<unknown> = []) => ({
    traceId: "t",
    spanId: `${name}${fromS}`,
    name,
    kind,
    startTimeUnixNano: String((1_795_881_600 + fromS) * 1e9),
    endTimeUnixNano: String((1_795_881_600 + fromS + tookS) * 1e9),
    attributes,
    status: {}
  })
  const document = (...spans: ReadonlyArray<unknown>) => ({
    resourceSpans: [
      {
        resource: { attributes: [{ key: "service.instance.id", value: { stringValue: "vllm-0" } }] },
        scopeSpans: [{ spans }]
      }
    ]
  })
  const queued = [
    { key: "gen_ai.latency.time_in_queue", value: { doubleValue: 0.5 } },
    { key: "gen_ai.usage.completion_tokens", value: { intValue: "120" } }
  ]

  it("of vLLM have the time in line and the tokens; other spans are counted", () => {
    const requests = read(
      lines(document(span("POST /", 2, 0, 4), span("llm_request", 2, 1, 2.5, queued)), document(span("db", 3, 0, 1)))
    )
    assert.deepStrictEqual(told(requests), ["+0 ms, 2000 ms, completed, vllm-0"])
    assert.deepStrictEqual([requests.tokens[0], requests.meaning.waits], [120, true])
    assert.deepStrictEqual(
      requests.dropped.map(({ count }) => count),
      [1, 1]
    )
  })

  it("of any server are requests, in one object over many lines too", () => {
    const requests = read(JSON.stringify(document(span("POST /", 2, 0, 4)), null, 2))
    assert.deepStrictEqual(told(requests), ["+0 ms, 4000 ms, completed, vllm-0"])
  })

  it("are refused where none is a request, and where the file is cut off", () => {
    assert.match(refusal(lines(document(span("db", 3, 0, 1)))), /^1: has 1 spans, but none of a server/)
    assert.match(
      refusal(JSON.stringify(document(span("POST /", 2, 0, 4)), null, 2).slice(0, 300)),
      /^1: is no whole JSON object with resourceSpans: it may be cut off/
    )
    assert.match(refusal(lines(document(span("POST /", 2, 0, 4)), { x: 1 })), /^2: is no object with resourceSpans/)
  })
})
