// `bun run soak --for 1h`: a sandbox under steady load with a rollout every minute; memory, descriptors, latency and disk.
// The load is half of what the same callers get answered when nothing holds them back, measured at the start.
import * as Api from "@ebb/protocol/rest/Api"
import { Duration, toMs } from "@ebb/text/Duration"
import { Schema } from "effect"
import { spawn } from "node:child_process"
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { parseArgs } from "node:util"
import { Ebb } from "../test/e2e/Ebb.ts"
import { type Sample, slopePerHour } from "./soak/Slope.ts"

const usage = `Usage: bun run soak [--for DURATION] [--types]

  --for DURATION      how long, from 6m on (default 1h)
  --types             name the kinds of objects that became more
`

/** A part is a sixth of the time; with the defaults every limit of what is kept is reached in the first of an hour. */
const limits = ["payloadBytes=33554432", "journalBytes=536870912", "ledgerRows=1000000"]
const spec = `
app: { name: soak, max_multiplexing: 64, termination_grace_period: 10s }
scaling: { min_concurrency: 8, max_concurrency: 16, keep_alive: 600s }
runner: { scheduling: 20ms, setup: 50ms, teardown: 20ms, service: 5ms }
`
const connections = 512
const measureS = 10
const mebibyte = 2 ** 20
const minuteMs = 60_000
const sampleEveryMs = 20_000

const { for: lasting = "1h", types = false } = parseArgs({
  options: { for: { type: "string" }, types: { type: "boolean" } }
}).values
if (!Schema.is(Duration)(lasting) || toMs(lasting) < 6 * minuteMs) {
  process.stderr.write(usage)
  process.exit(2)
}
const forMs = toMs(lasting)
/** What is made on first use is there after a sixth of the time. */
const partMs = forMs / 6

const ebb = new Ebb()
const file = join(ebb.data, "soak.yaml")
const probed = join(ebb.data, "probe.jsonl")
writeFileSync(file, spec)
ebb.variables = {
  BUN_OPTIONS: `--preload ${join(import.meta.dirname, "soak/probe.ts")}`,
  EBB_SOAK_PROBE: probed
}
await ebb.up(file, "--http-port", "0", "--empty", ...limits.flatMap((limit) => ["--limit", limit]))
await ebb.serving("soak", 8)
const { pid } = JSON.parse(readFileSync(join(ebb.data, "sandbox.json"), "utf8"))

const diskOf = (): number =>
  readdirSync(ebb.data, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce(
      (sum, entry) => sum + (statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size ?? 0),
      0
    )

interface Probe {
  readonly atMs: number
  readonly heap: number
  readonly rss: number
  readonly objects: Readonly<Record<string, number>>
}

const probes = (): ReadonlyArray<Probe> =>
  existsSync(probed)
    ? readFileSync(probed, "utf8")
        .split("\n")
        .filter((line) => line !== "")
        .map((line): Probe => JSON.parse(line))
    : []

interface Summary {
  readonly p50: number
  readonly p99: number
  readonly max: number
}
interface Said {
  readonly full?: number
  readonly rate?: number
  readonly made?: number
  readonly failed?: number
  readonly latencyMs?: Summary
  readonly first?: Summary
  readonly last?: Summary
}

const words = [ebb.directUrl, ebb.key, connections, partMs / 1000, forMs / 1000, measureS].map(String)
const callers = spawn(process.execPath, [join(import.meta.dirname, "soak/callers.ts"), ...words], {
  stdio: ["ignore", "pipe", "inherit"]
})
const said: { rate: Said; end: Said } = { rate: {}, end: {} }
let startedMs = 0
let rollouts = 0
let failed = 0
const outside: Array<{ readonly atMs: number; readonly descriptors: number; readonly disk: number }> = []
const timers: Array<ReturnType<typeof setInterval>> = []

const look = (): void => {
  process.kill(pid, "SIGUSR2")
  const descriptors = readdirSync(`/proc/${pid}/fd`).length
  outside.push({ atMs: Date.now() - startedMs, descriptors, disk: diskOf() })
}

const rollOut = (): void => {
  const body = { order: rollouts++ % 2 === 0 ? "stop_first" : "replace_first" } as const
  ebb.ask(Api.rollout, { params: { app: "soak" }, query: {}, body }).catch(() => failed++)
}

const progress = ({ failed: bad = 0, latencyMs }: Said): void => {
  const probe = probes().at(-1)
  const { descriptors = 0, disk = 0 } = outside.at(-1) ?? {}
  const mib = (bytes: number): string => `${(bytes / mebibyte).toFixed(1)} MiB`
  const memory = probe === undefined ? "" : `heap ${mib(probe.heap)}, resident ${mib(probe.rss)}, `
  const latency = latencyMs === undefined ? "" : `p50 ${latencyMs.p50.toFixed(1)}, p99 ${latencyMs.p99.toFixed(1)} ms, `
  const minutes = Math.round((Date.now() - startedMs) / minuteMs)
  process.stderr.write(
    `${minutes} min: ${memory}${latency}${descriptors} descriptors, disk ${mib(disk)}, ${bad} failed\n`
  )
}

for await (const line of createInterface({ input: callers.stdout })) {
  const next: Said = JSON.parse(line)
  if (next.rate !== undefined) {
    said.rate = next
    startedMs = Date.now()
    process.stderr.write(`${next.full} requests a second at most, ${next.rate} from now on, for ${lasting}\n`)
    timers.push(setInterval(look, sampleEveryMs), setInterval(rollOut, minuteMs))
  } else if (next.last === undefined) progress(next)
  else said.end = next
}
for (const timer of timers) clearInterval(timer)

const { first, last, made = 0, failed: unanswered = made } = said.end
if (first === undefined || last === undefined) throw new Error("the callers ended early")
const inside = probes().map((probe) => ({ ...probe, atMs: probe.atMs - startedMs }))
const after = <A extends Sample>(all: ReadonlyArray<A>): ReadonlyArray<A> => all.filter(({ atMs }) => atMs >= partMs)
const heapSlope = slopePerHour(after(inside), ({ heap }) => heap / mebibyte)
const rssSlope = slopePerHour(after(inside), ({ rss }) => rss / mebibyte)
const descriptorSlope = slopePerHour(after(outside), ({ descriptors }) => descriptors)
const diskSlope = slopePerHour(after(outside), ({ disk }) => disk / mebibyte)
const end = inside.at(-1)!
const fixed = (value: number, digits = 1): string => value.toFixed(digits)
const lines = [
  `${made} direct requests and a hundredth as many queued, ${said.rate.rate}/s of ${said.rate.full}/s, for ${lasting}; ${rollouts} rollouts; ${unanswered + failed} failed`,
  `from ${fixed(partMs / minuteMs)} min on, by least squares over ${after(inside).length} samples:`,
  `live heap ${fixed(end.heap / mebibyte)} MiB at the end, ${fixed(heapSlope, 2)} MiB an hour`,
  `resident ${fixed(end.rss / mebibyte)} MiB at the end, ${fixed(rssSlope, 2)} MiB an hour`,
  `descriptors ${outside.at(-1)!.descriptors} at the end, ${fixed(descriptorSlope, 2)} an hour`,
  `p99 ${fixed(first.p99)} ms in the second part, ${fixed(last.p99)} ms in the last: ${fixed(last.p99 / first.p99, 2)} times`,
  `disk ${fixed(outside.at(-1)!.disk / mebibyte)} MiB at the end, ${fixed(diskSlope)} MiB an hour`
]
process.stdout.write(`${lines.join("\n")}\n`)
if (types) {
  const [from] = after(inside)
  const grown = Object.entries(end.objects)
    .map(([type, count]) => ({ type, more: count - (from?.objects[type] ?? 0) }))
    .toSorted((a, b) => b.more - a.more)
  for (const { more, type } of grown.slice(0, 15)) process.stdout.write(`${type} ${more}\n`)
}
await ebb.remove()
process.exit(unanswered + failed > 0 || heapSlope > 1 || descriptorSlope > 1 || last.p99 / first.p99 > 1.2 ? 1 : 0)
