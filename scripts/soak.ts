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
import { grown, type Latency, type Look, mib, type Probe, report, type Seen } from "./soak/Report.ts"

const usage = `Usage: bun run soak [--for DURATION] [--types]

  --for DURATION      how long, from 6m on (default 1h)
  --types             name the kinds of objects that became more
`

/** Reached within the first sixth of an hour: from there on nothing that is kept grows. */
const limits = ["payloadBytes=33554432", "journalBytes=536870912", "ledgerRows=1000000", "endedRunners=64"]
const spec = `
app: { name: soak, max_multiplexing: 64, termination_grace_period: 10s }
scaling: { min_concurrency: 8, max_concurrency: 16, keep_alive: 600s }
runner: { scheduling: 20ms, setup: 50ms, teardown: 20ms, service: 5ms }
`
const connections = 512
const measureS = 10
const minuteMs = 60_000
const lookEveryMs = 20_000
const typesShown = 15

/** A line of the callers. */
interface Said {
  readonly full?: number
  readonly rate?: number
  readonly made?: number
  readonly failed?: number
  readonly latencyMs?: Latency
  readonly first?: Latency
  readonly last?: Latency
}

/** One run of the sandbox, and what is seen of it. */
class Soak {
  private readonly ebb = new Ebb()
  private readonly probed = join(this.ebb.data, "probe.jsonl")
  private readonly lasting: string
  private readonly partMs: number
  private readonly looks: Array<Look> = []
  private startedMs = 0
  private pid = 0
  private rollouts = 0
  private failed = 0

  constructor(lasting: string, forMs: number) {
    this.lasting = lasting
    this.partMs = forMs / 6
  }

  private get probes(): ReadonlyArray<Probe> {
    if (!existsSync(this.probed)) return []
    const lines = readFileSync(this.probed, "utf8").split("\n").slice(0, -1)
    return lines
      .map((line): Probe => JSON.parse(line))
      .map((probe) => ({ ...probe, atMs: probe.atMs - this.startedMs }))
  }

  private diskBytes(): number {
    const { data } = this.ebb
    const entries = readdirSync(data, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    const sizes = entries.map(({ name, parentPath }) => statSync(join(parentPath, name), { throwIfNoEntry: false }))
    return sizes.reduce((sum, stat) => sum + (stat?.size ?? 0), 0)
  }

  private readonly look = (): void => {
    process.kill(this.pid, "SIGUSR2")
    const descriptors = readdirSync(`/proc/${this.pid}/fd`).length
    this.looks.push({ atMs: Date.now() - this.startedMs, descriptors, disk: this.diskBytes() })
  }

  private readonly rollOut = (): void => {
    const body = { order: this.rollouts++ % 2 === 0 ? "stop_first" : "replace_first" } as const
    this.ebb.ask(Api.rollout, { params: { app: "soak" }, query: {}, body }).catch(() => this.failed++)
  }

  private async up(): Promise<void> {
    const file = join(this.ebb.data, "soak.yaml")
    writeFileSync(file, spec)
    this.ebb.variables = {
      BUN_OPTIONS: `--preload ${join(import.meta.dirname, "soak/probe.ts")}`,
      EBB_SOAK_PROBE: this.probed
    }
    await this.ebb.up(file, "--http-port", "0", "--empty", ...limits.flatMap((limit) => ["--limit", limit]))
    await this.ebb.serving("soak", 8)
    this.pid = JSON.parse(readFileSync(join(this.ebb.data, "sandbox.json"), "utf8")).pid
  }

  /** Whether all was flat. */
  async run(showsTypes: boolean): Promise<boolean> {
    try {
      await this.up()
      const end = await this.called()
      const { failed, first, last, made } = end
      if (first === undefined || last === undefined) throw new Error("the callers ended early")
      const seen: Seen = { partMs: this.partMs, probes: this.probes, looks: this.looks, first, last }
      const { lines, ok } = report(seen)
      const all = (failed ?? 0) + this.failed
      const load = `${made} direct requests and a hundredth as many queued, ${end.rate}/s of ${end.full}/s, for ${this.lasting}`
      process.stdout.write(`${load}; ${this.rollouts} rollouts; ${all} failed\n${lines.join("\n")}\n`)
      if (showsTypes) process.stdout.write(`${grown(seen, typesShown).join("\n")}\n`)
      return ok && all === 0
    } finally {
      await this.ebb.remove()
    }
  }

  /** Lets them call until they are done: all that they said. */
  private async called(): Promise<Said> {
    const words = [
      this.ebb.directUrl,
      this.ebb.key,
      connections,
      this.partMs / 1000,
      (this.partMs * 6) / 1000,
      measureS
    ]
    const callers = spawn(process.execPath, [join(import.meta.dirname, "soak/callers.ts"), ...words.map(String)], {
      stdio: ["ignore", "pipe", "inherit"]
    })
    let all: Said = {}
    const timers: Array<ReturnType<typeof setInterval>> = []
    for await (const line of createInterface({ input: callers.stdout })) {
      const next: Said = JSON.parse(line)
      all = { ...all, ...next }
      if (next.rate !== undefined) {
        this.startedMs = Date.now()
        timers.push(setInterval(this.look, lookEveryMs), setInterval(this.rollOut, minuteMs))
        process.stderr.write(`${next.full} requests a second at most, ${next.rate} from now on, for ${this.lasting}\n`)
      } else if (next.last === undefined) this.tell(next)
    }
    for (const timer of timers) clearInterval(timer)
    return all
  }

  private tell({ failed = 0, latencyMs }: Said): void {
    const probe = this.probes.at(-1)
    const look = this.looks.at(-1)
    const parts = [
      ...(probe === undefined ? [] : [`heap ${mib(probe.heap)}, resident ${mib(probe.rss)}`]),
      ...(latencyMs === undefined ? [] : [`p50 ${latencyMs.p50.toFixed(1)}, p99 ${latencyMs.p99.toFixed(1)} ms`]),
      ...(look === undefined ? [] : [`${look.descriptors} descriptors, disk ${mib(look.disk)}`]),
      `${failed} failed`
    ]
    process.stderr.write(`${Math.round((Date.now() - this.startedMs) / minuteMs)} min: ${parts.join(", ")}\n`)
  }
}

const { for: lasting = "1h", types = false } = parseArgs({
  options: { for: { type: "string" }, types: { type: "boolean" } }
}).values
if (!Schema.is(Duration)(lasting) || toMs(lasting) < 6 * minuteMs) {
  process.stderr.write(usage)
  process.exit(2)
}
process.exit((await new Soak(lasting, toMs(lasting)).run(types)) ? 0 : 1)
