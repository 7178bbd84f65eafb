import * as Source from "@ebb/evidence/source/Source"
import { Effect, Result } from "effect"
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, describe, it } from "vitest"

const folder = mkdtempSync(join(tmpdir(), "ebb-metrics-"))
afterAll(() => rmSync(folder, { recursive: true }))

const read = (...scrapes: ReadonlyArray<string>) => readApp(undefined, ...scrapes)

const readApp = async (app: string | undefined, ...scrapes: ReadonlyArray<string>) => {
  scrapes.forEach((text, at) => {
    const path = join(folder, `${at}.prom`)
    writeFileSync(path, text)
    utimesSync(path, 1_795_881_600 + at * 100, 1_795_881_600 + at * 100)
  })
  const source = Source.parse(`prometheus:${scrapes.map((_, at) => `${at}.prom`).join(",")}`) as Source.Source
  const told = { columns: {}, ...(app === undefined ? {} : { app }) }
  const result = await Effect.runPromise(Effect.result(Source.read(source, { folder, env: {}, told })))
  return Result.isSuccess(result) ? result.success : result.failure.message
}

const values = async (...scrapes: ReadonlyArray<string>) => {
  const found = await read(...scrapes)
  if (typeof found === "string") throw new Error(found)
  assert.isTrue(found.findings.every(({ path, sure }) => sure === "coarse" || path === "app.machine_type"))
  return Object.fromEntries(found.findings.map(({ path, value }) => [path, value]))
}

/** vLLM of one instance: so many requests below 1 s, below 4 s and in all; so many at work. */
const vllm = (below1: number, below4: number, all: number, running: number): string => `
# HELP vllm:num_requests_running Number of requests in model execution batches.
# TYPE vllm:num_requests_running gauge
vllm:num_requests_running{model_name="m"} ${running}
vllm:request_success_total{finished_reason="stop",model_name="m"} ${all}
vllm:request_inference_time_seconds_bucket{le="1.0",model_name="m"} ${below1}
vllm:request_inference_time_seconds_bucket{le="4.0",model_name="m"} ${below4}
vllm:request_inference_time_seconds_bucket{le="+Inf",model_name="m"} ${all}
vllm:request_queue_time_seconds_bucket{le="0.3",model_name="m"} ${all}
vllm:request_queue_time_seconds_bucket{le="+Inf",model_name="m"} ${all}
`

describe("scrapes of metrics", () => {
  it("of vLLM give a rate, quantiles within buckets, and how many at a time", async () => {
    // 200 requests in 100 s: half of them below 1 s, all below 4 s; 1 s is p50, and 99 % lie at 1 + 3 · 98 / 100.
    assert.deepStrictEqual(await values(vllm(1000, 1000, 1000, 3), vllm(1100, 1200, 1200, 7)), {
      "app.max_multiplexing": "7",
      "traffic[0].arrivals": "{ poisson: 2/s }",
      "traffic[0].service": "{ lognormal: { p50: 1s, p99: 3.94s } }"
    })
  })

  it("survive a restart between two of them: a counter that is smaller began anew", async () => {
    const found = await values(vllm(1000, 1000, 1000, 3), vllm(100, 200, 200, 7), vllm(150, 300, 300, 2))
    assert.strictEqual(found["traffic[0].arrivals"], "{ poisson: 1.5/s }")
  })

  it("of fal give runners, their type and the rate of the last minute", async () => {
    const fal = (running: number): string =>
      `fal_app_runners{application="a",state="running",machine_type="GPU-H100"} ${running}\nfal_app_runners{application="a",state="idle",machine_type="GPU-H100"} 1\nfal_app_runners{application="a",state="pending",machine_type="GPU-H100"} 9\nfal_app_requests_received{application="a"} 120\n`
    assert.deepStrictEqual(await values(fal(2), fal(5)), {
      "scaling.min_concurrency": "3",
      "scaling.max_concurrency": "6",
      "app.machine_type": "GPU-H100",
      "traffic[0].arrivals": "{ poisson: 2/s }"
    })
  })

  it("of a sandbox, whose counts are since its start and whose states are as the platform's rules name them", async () => {
    const sandbox = (received: number): string => `
# TYPE fal_app_requests_received counter
fal_app_requests_received{application="a"} ${received}
fal_app_runners{application="a",state="RUNNING",machine_type="GPU-H100"} 2
fal_app_runners{application="a",state="IDLE",machine_type="GPU-H100"} 1
fal_app_runners{application="a",state="DRAINING",machine_type="GPU-H100"} 4
fal_app_request_latency{application="a",quantile="0.50"} 1.5
`
    assert.deepStrictEqual(await values(sandbox(5000), sandbox(5050)), {
      "scaling.min_concurrency": "3",
      "scaling.max_concurrency": "3",
      "app.machine_type": "GPU-H100",
      "traffic[0].arrivals": "{ poisson: 0.5/s }"
    })
  })

  it("of several apps give the one that is to be kept, and are refused where none is named", async () => {
    const scrape = `fal_app_requests_received{application="a"} 120\nfal_app_requests_received{application="b"} 600\n`
    const found = await readApp("b", scrape, scrape)
    assert.isObject(found)
    const [arrivals] = (found as Exclude<typeof found, string>).findings
    assert.strictEqual(arrivals!.value, "{ poisson: 10/s }")
    assert.strictEqual(
      await read(scrape, scrape),
      "0.prom,1.prom: has the metrics of 2 apps; keep one with --app: a, b"
    )
    assert.strictEqual(await readApp("c", scrape, scrape), "0.prom,1.prom: has no app c: it has a, b")
    assert.strictEqual(
      await readApp("c", vllm(1, 1, 1, 1), vllm(2, 2, 2, 2)),
      "0.prom,1.prom: has no app c: no sample has the label application"
    )
  })

  it("of KServe give no time of predictions where its p99 lies beyond the largest bucket", async () => {
    const kserve = (all: number) =>
      `request_predict_seconds_bucket{le="0.5"} ${all / 2}\nrequest_predict_seconds_bucket{le="+Inf"} ${all}\nrequest_predict_seconds_count ${all} 1795881600000\n`
    const found = await read(kserve(0), kserve(400).replace("1795881600000", "1795881800000"))
    assert.isObject(found)
    const { findings, missing } = found as Exclude<typeof found, string>
    assert.notInclude(
      findings.map(({ path }) => path),
      "traffic[0].service"
    )
    assert.deepInclude(missing, {
      path: "traffic[0].service",
      how: "request_predict_seconds has p50 500ms (0ms to 500ms), p99 over 500ms: 50 % took longer than its largest bucket; give it buckets up to the longest requests, or ebb a log"
    })
  })

  it("are refused where there is one alone, and where a line is none", async () => {
    assert.strictEqual(
      await read(vllm(1, 1, 1, 1)),
      "0.prom: needs two scrapes or more of different times: prometheus:BEFORE,AFTER"
    )
    assert.match(
      (await read(vllm(1, 1, 1, 1), "vllm:x 1\nnot a metric\n")) as string,
      /:2: is no line of the Prometheus text format: not a metric$/
    )
  })
})
