// `bun run soak --for 1h`: a sandbox under steady load with a rollout every minute; memory, descriptors, latency and disk.
import * as Api from "@ebb/protocol/rest/Api"
import { Duration, toMs } from "@ebb/text/Duration"
import { Schema } from "effect"
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { Ebb } from "../test/e2e/Ebb.ts"

const usage = `Usage: bun run soak [--for DURATION] [--rate N]

  --for DURATION      how long, from 1m on (default 1h)
  --rate N            direct requests a second, and a tenth of it queued (default 2000)
`

const spec = `
app: { name: soak, max_multiplexing: 64, termination_grace_period: 10s }
scaling: { min_concurrency: 8, max_concurrency: 16, keep_alive: 600s }
runner: { scheduling: 100ms, setup: 300ms, teardown: 50ms, service: 20ms }
`
const mebibyte = 2 ** 20
const minuteMs = 60_000
const hourMs = 60 * minuteMs
const sampleEveryMs = 5000
const tickMs = 20

const { for: lasting = "1h", rate = "2000" } = parseArgs({
  options: { for: { type: "string" }, rate: { type: "string" } }
}).values
if (!Schema.is(Duration)(lasting) || toMs(lasting) < minuteMs || !/^[1-9]\d{0,5}$/.test(rate)) {
  process.stderr.write(usage)
  process.exit(2)
}

interface Sample {
  readonly atMs: number
  readonly memory: number
  readonly descriptors: number
  readonly disk: number
  readonly latenciesMs: ReadonlyArray<number>
}

const forMs = toMs(lasting)
/** What is made on first use is there after a sixth of the time, or ten minutes. */
const partMs = Math.min(10 * minuteMs, forMs / 6)
const ebb = new Ebb()
const file = join(ebb.data, "soak.yaml")
writeFileSync(file, spec)
await ebb.up(file, "--http-port", "0")
await ebb.serving("soak", 8)
const { pid } = JSON.parse(readFileSync(join(ebb.data, "sandbox.json"), "utf8"))
const headers = { authorization: `Key ${ebb.key}`, "content-type": "application/json" }
const body = JSON.stringify({ prompt: "a boat on a calm sea" })

const diskOf = (): number =>
  readdirSync(ebb.data, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce(
      (sum, entry) => sum + (statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size ?? 0),
      0
    )

const memoryOf = (): number => {
  const [, kibibytes] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))!
  return Number(kibibytes) * 1024
}

let latenciesMs: Array<number> = []
let failed = 0
let sent = 0

const one = async (url: string): Promise<void> => {
  const startedMs = performance.now()
  try {
    const answer = await fetch(url, { method: "POST", headers, body })
    await answer.arrayBuffer()
    if (!answer.ok) failed++
    latenciesMs.push(performance.now() - startedMs)
  } catch {
    failed++
  }
}

const startedMs = performance.now()
const elapsedMs = (): number => performance.now() - startedMs
const samples: Array<Sample> = []

const sample = (): void => {
  const descriptors = readdirSync(`/proc/${pid}/fd`).length
  samples.push({ atMs: elapsedMs(), memory: memoryOf(), descriptors, disk: diskOf(), latenciesMs })
  latenciesMs = []
}

const load = setInterval(() => {
  const due = Math.floor((elapsedMs() / 1000) * Number(rate))
  for (; sent < due; sent++) {
    void one(`${ebb.directUrl}/fal.run/local/soak`)
    if (sent % 10 === 0) void one(`${ebb.directUrl}/queue.fal.run/local/soak`)
  }
}, tickMs)
const sampling = setInterval(sample, sampleEveryMs)
let rollouts = 0
const rolling = setInterval(() => {
  const roll = ebb.ask(Api.rollout, {
    params: { app: "soak" },
    query: {},
    body: { order: rollouts++ % 2 === 0 ? "stop_first" : "replace_first" }
  })
  roll.catch(() => failed++)
}, minuteMs)

await new Promise((resolve) => setTimeout(resolve, forMs))
for (const timer of [load, sampling, rolling]) clearInterval(timer)
sample()

const p99 = (of: ReadonlyArray<Sample>): number => {
  const all = of.flatMap((each) => each.latenciesMs).toSorted((a, b) => a - b)
  return all[Math.floor(all.length * 0.99)] ?? 0
}

/** Least squares, a unit of `value` an hour. */
const slopePerHour = (of: ReadonlyArray<Sample>, value: (each: Sample) => number): number => {
  const n = of.length
  const meanAt = of.reduce((sum, { atMs }) => sum + atMs, 0) / n
  const mean = of.reduce((sum, each) => sum + value(each), 0) / n
  const up = of.reduce((sum, each) => sum + (each.atMs - meanAt) * (value(each) - mean), 0)
  const down = of.reduce((sum, { atMs }) => sum + (atMs - meanAt) ** 2, 0)
  return (up / down) * hourMs
}

const after = samples.filter(({ atMs }) => atMs >= partMs)
const first = p99(samples.filter(({ atMs }) => atMs >= partMs && atMs < 2 * partMs))
const last = p99(samples.filter(({ atMs }) => atMs >= forMs - partMs))
const memorySlope = slopePerHour(after, ({ memory }) => memory / mebibyte)
const descriptorSlope = slopePerHour(after, ({ descriptors }) => descriptors)
const end = samples.at(-1)!
const grown = (end.disk - after[0]!.disk) / mebibyte / ((end.atMs - after[0]!.atMs) / hourMs)
const lines = [
  `${sent} direct requests and a tenth as many queued at ${rate}/s for ${lasting}, ${rollouts} rollouts, ${failed} failed`,
  `memory ${(end.memory / mebibyte).toFixed(0)} MiB at the end, ${memorySlope.toFixed(1)} MiB an hour from ${(partMs / minuteMs).toFixed(1)} min on`,
  `descriptors ${end.descriptors} at the end, ${descriptorSlope.toFixed(1)} an hour`,
  `p99 ${first.toFixed(1)} ms in the first part, ${last.toFixed(1)} ms in the last: ${(last / first).toFixed(2)} times`,
  `disk ${(end.disk / mebibyte).toFixed(0)} MiB at the end, ${grown.toFixed(0)} MiB an hour`
]
process.stdout.write(`${lines.join("\n")}\n`)
await ebb.remove()
process.exit(failed > 0 || memorySlope > 1 || descriptorSlope > 1 || last / first > 1.2 ? 1 : 0)
