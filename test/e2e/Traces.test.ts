import { Schema } from "effect"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { Ebb } from "./Ebb.ts"

const Value = Schema.Record(Schema.String, Schema.Unknown)
const Span = Schema.Struct({
  name: Schema.String,
  traceId: Schema.String,
  spanId: Schema.String,
  parentSpanId: Schema.optionalKey(Schema.String),
  startTimeUnixNano: Schema.String,
  endTimeUnixNano: Schema.String,
  status: Schema.Struct({ code: Schema.Int }),
  attributes: Schema.Array(Schema.Struct({ key: Schema.String, value: Value }))
})
type Span = typeof Span.Type
const decode = Schema.decodeUnknownSync(
  Schema.fromJsonString(
    Schema.Struct({
      resourceSpans: Schema.Array(
        Schema.Struct({ scopeSpans: Schema.Array(Schema.Struct({ spans: Schema.Array(Span) })) })
      )
    })
  )
)

const spec = `
app: { name: traced, termination_grace_period: 3s }
scaling: { min_concurrency: 1, max_concurrency: 2, keep_alive: 300s }
runner: { scheduling: 5ms, setup: 5ms, service: 200ms }
`

const spans: Array<Span> = []
let wake = () => {}
const collector = createServer((incoming, outgoing) => {
  let text = ""
  incoming.on("data", (chunk: Buffer) => (text += chunk.toString()))
  incoming.on("end", () => {
    outgoing.writeHead(200, { "content-type": "application/json" }).end("{}")
    if (incoming.url !== "/v1/traces") return
    for (const { scopeSpans } of decode(text).resourceSpans) spans.push(...scopeSpans.flatMap((scope) => scope.spans))
    wake()
  })
})

const spanOf = async (holds: (span: Span) => boolean): Promise<Span> => {
  for (;;) {
    const found = spans.find(holds)
    if (found !== undefined) return found
    await new Promise<void>((resolve) => (wake = resolve))
  }
}

const attribute = (span: Span, key: string): unknown =>
  Object.values(span.attributes.find((each) => each.key === key)?.value ?? {})[0]

const ebb = new Ebb()

beforeAll(async () => {
  await new Promise<void>((resolve) => collector.listen(0, "127.0.0.1", resolve))
  const { port } = collector.address() as AddressInfo
  ebb.variables = { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`, OTEL_BSP_SCHEDULE_DELAY: "50" }
  const file = join(ebb.data, "traced.yaml")
  writeFileSync(file, spec)
  await ebb.up(file)
  await ebb.serving("traced", 1)
})

afterAll(async () => {
  await ebb.remove()
  collector.close()
  collector.closeAllConnections()
})

test("requests are spans below those of their callers, with their last attempt; a rollout is one too", async () => {
  const traceId = "0af7651916cd43dd8448eb211c80319c"
  const parent = "b7ad6b7169203331"
  const answer = await fetch(`${ebb.url}/fal.run/local/traced`, {
    method: "POST",
    headers: { authorization: `Key ${ebb.key}`, traceparent: `00-${traceId}-${parent}-01` },
    body: "{}"
  })
  const id = answer.headers.get("x-fal-request-id")
  const request = await spanOf((span) => span.name === "direct traced" && attribute(span, "ebb.request") === id)
  expect([request.traceId, request.parentSpanId, request.status.code]).toEqual([traceId, parent, 1])
  expect(attribute(request, "ebb.outcome")).toBe("completed")
  const attempt = await spanOf(({ name, parentSpanId }) => name === "attempt" && parentSpanId === request.spanId)
  expect(attribute(attempt, "ebb.runner")).toBe(answer.headers.get("x-ebb-runner"))
  expect(BigInt(attempt.endTimeUnixNano)).toBeGreaterThan(BigInt(attempt.startTimeUnixNano))

  const lost = ebb.direct("local/traced", { service: "1h" })
  await ebb.inFlight("traced", 1)
  expect(ebb.run("apps", "rollout", "traced", "--force").code).toBe(0)
  await (await lost).text()
  const failed = await spanOf((span) => attribute(span, "error.type") === "runner_disconnected")
  expect(failed.status.code).toBe(2)
  const rollout = await spanOf(({ name }) => name === "rollout traced")
  expect(attribute(rollout, "ebb.mode")).toBe("force")
  expect(JSON.stringify(spans)).not.toContain(ebb.key.split(":")[1])
})
