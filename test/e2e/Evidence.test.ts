import { calibrate } from "@ebb/evidence/calibrate/Calibration"
import { split } from "@ebb/evidence/calibrate/Split"
import type { Evidence } from "@ebb/evidence/learn/Evidence"
import { learn } from "@ebb/evidence/learn/Learn"
import * as Source from "@ebb/evidence/source/Source"
import * as SpecText from "@ebb/evidence/spec/SpecText"
import { onLoopback, Server } from "@ebb/runtime/Server"
import * as Spec from "@ebb/sim/spec/Spec"
import { Effect, Result } from "effect"
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "vitest"

const data = mkdtempSync(join(tmpdir(), "ebb-evidence-"))
const spec = `
app: { name: llm, machine_type: GPU-H100, max_multiplexing: 2, termination_grace_period: 30s }
scaling: { min_concurrency: 2, max_concurrency: 2, keep_alive: 120s }
runner: { scheduling: 100ms, docker_pull: 150ms, setup: 400ms, teardown: 10ms, service: 200ms }
`
let server: Server

/** What callers send, which nobody who learns from requests has any use for. */
const prompt = "a cat that nobody shall read of"

/** Ten waves of four direct calls: each runner has two at a time. */
const load = async (headers: Record<string, string>): Promise<void> => {
  for (let wave = 0; wave < 12; wave++) {
    const calls = Array.from({ length: 4 }, () =>
      fetch(`${server.url}/fal.run/local/llm`, { method: "POST", headers, body: JSON.stringify({ prompt }) })
    )
    for (const answer of await Promise.all(calls)) assert.strictEqual(answer.status, 200)
  }
}

const keyOf = (): string => server.started.directory.teamKeys.read("local")!

const environment = (): Readonly<Record<string, string>> => {
  const { host } = new URL(server.url)
  return { ISOLATE_TEST_MODE: "1", FAL_GRPC_HOST: host, FAL_REST_HOST: host, FAL_KEY: keyOf() }
}

const read = (word: string, more: Partial<Source.Reading> = {}): Promise<Evidence> => {
  const source = Source.parse(word) as Source.Source
  return Effect.runPromise(Source.read(source, { folder: data, env: environment(), told: { columns: {} }, ...more }))
}

const valuesOf = (evidence: Evidence): Readonly<Record<string, string>> =>
  Object.fromEntries(learn([evidence]).findings.map(({ path, value }) => [path, value]))

beforeAll(async () => {
  const specs = [{ file: "spec.yaml", folder: data, text: spec }]
  server = await Server.start({
    data: join(data, "sandbox"),
    speed: 1,
    allowProcesses: false,
    ...onLoopback,
    page: () => null,
    specs,
    empty: false
  })
  await load({ authorization: `Key ${keyOf()}`, "content-type": "application/json" })
})
afterAll(async () => {
  await server.stop()
  rmSync(data, { recursive: true })
})

describe("a sandbox is read as the platform is", () => {
  it("by the clients' own environment, over gRPC and REST: every value is the one that it runs by", async () => {
    const evidence = await read("fal:llm", { dump: "dump" })
    const values = valuesOf(evidence)
    assert.deepInclude(values, {
      "app.machine_type": "GPU-H100",
      "app.max_multiplexing": "2",
      "scaling.min_concurrency": "2",
      "scaling.keep_alive": "120s",
      "runner.scheduling": "100ms",
      "runner.docker_pull": "150ms",
      "runner.setup": "400ms"
    })
    assert.strictEqual(evidence.requests!.count, 48)
    const services = Array.from(
      { length: 48 },
      (_, at) => evidence.requests!.endMs[at]! - evidence.requests!.startMs[at]!
    )
    assert.isAtLeast(Math.min(...services), 199)
  })

  it("by scrapes of its metrics, coarsely", async () => {
    const scrape = await fetch(`${server.url}/v1/serverless/metrics`, { headers: { authorization: `Key ${keyOf()}` } })
    const text = await scrape.text()
    for (const [second, name] of ["before.prom", "after.prom"].entries()) {
      writeFileSync(join(data, name), text)
      utimesSync(join(data, name), 1_795_881_600 + second, 1_795_881_600 + second)
    }
    const found = await read("prometheus:before.prom,after.prom")
    assert.deepInclude(valuesOf(found), {
      "app.machine_type": "GPU-H100",
      "scaling.max_concurrency": "2",
      "traffic[0].arrivals": "{ poisson: 0.8/s }"
    })
    const service = found.findings.find(({ path }) => path === "traffic[0].service")!
    // Gauges of the last minute: the same 48 requests in both scrapes.
    assert.strictEqual(service.n, 96)
  })

  it("and what was kept of it says the same, without the key", async () => {
    await read("fal:llm", { dump: "again" })
    const folder = join(data, "again")
    const kept = await read("fal:again")
    assert.strictEqual(valuesOf(kept)["runner.setup"], "400ms")
    assert.strictEqual(kept.requests!.count, 48)
    const [id = "", secret = ""] = keyOf().split(":")
    for (const file of readdirSync(folder)) {
      const text = readFileSync(join(folder, file), "utf8")
      for (const kept of [secret, id, prompt]) assert.notInclude(text, kept)
    }
  })

  it("becomes a spec whose predictions are what was seen", async () => {
    const evidence = await read("sandbox:llm", { sandbox: { url: server.url, key: keyOf() } })
    const learnt = learn([evidence])
    const files = new Map(learnt.files.map(({ lines, name }) => [name, [...lines()].join("")]))
    const text = SpecText.render(learnt, ["sandbox:llm"])
    const [id = "", secret = ""] = keyOf().split(":")
    for (const written of [text, ...files.values()])
      for (const kept of [secret, id, prompt]) assert.notInclude(written, kept)
    const parsed = Result.getOrThrow(Spec.parse(text, { file: "ebb.yaml", readFile: (path) => files.get(path)! }))
    const parts = split(evidence.requests!, 0.6, evidence.rollouts)
    assert.isObject(parts)
    const { measures } = await Effect.runPromise(calibrate(parsed, parts as Exclude<typeof parts, string>, 3))
    const found = measures.find(({ measure }) => measure === "serviceMs.p50")!
    assert.isBelow(Math.abs(found.errorPercent!), 20)
    assert.strictEqual(measures.find(({ measure }) => measure === "runners.max")!.seen, 2)
  })
})
