import { calibrate } from "@ebb/evidence/calibrate/Calibration"
import { split } from "@ebb/evidence/calibrate/Split"
import type { Evidence } from "@ebb/evidence/learn/Evidence"
import { learn } from "@ebb/evidence/learn/Learn"
import * as Source from "@ebb/evidence/source/Source"
import * as SpecText from "@ebb/evidence/spec/SpecText"
import { onLoopback, Server } from "@ebb/runtime/Server"
import * as Spec from "@ebb/sim/spec/Spec"
import { sampler } from "@ebb/sim/workload/Distribution"
import * as Random from "@ebb/sim/workload/Random"
import { Effect, Result } from "effect"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** A sandbox under load. */
export interface Run {
  readonly spec: string
  readonly speed: number
  readonly perSecond: number
  readonly count: number
  /** What is rolled out when so many requests have been sent. */
  readonly rollouts: ReadonlyArray<{ readonly after: number; readonly force: boolean }>
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** What a run left, and how late the machine let its callers send: the ninth of ten requests. */
interface Seen {
  readonly evidence: Evidence
  readonly lateMs: number
}

/** Runs a sandbox under load, then reads it as its users would. */
export const seen = async ({ count, perSecond, rollouts, spec, speed }: Run): Promise<Seen> => {
  const folder = mkdtempSync(join(tmpdir(), "ebb-loop-"))
  const server = await Server.start({
    data: join(folder, "sandbox"),
    speed,
    allowProcesses: true,
    ...onLoopback,
    page: () => null,
    specs: [{ file: "spec.yaml", folder: import.meta.dirname, text: spec }],
    empty: false
  })
  try {
    const key = server.started.directory.teamKeys.read("local")!
    const headers = { authorization: `Key ${key}`, "content-type": "application/json" }
    const post = (path: string, body: unknown) =>
      fetch(`${server.url}${path}`, { method: "POST", headers, body: JSON.stringify(body) }).then((answer) =>
        answer.text()
      )
    const random = Random.make(7)
    const gaps = sampler({ exponential: { mean: "1s" } }, () => new Float64Array())
    const open: Array<Promise<unknown>> = [post("/fal.run/local/app", {})]
    await open[0]
    const lateMs: Array<number> = []
    for (let sent = 0, dueMs = performance.now(); sent < count; sent++) {
      dueMs += gaps.sample(random, 1, sent) / perSecond
      if (dueMs > performance.now()) await pause(dueMs - performance.now())
      lateMs.push(performance.now() - dueMs)
      open.push(post("/fal.run/local/app", {}))
      for (const { after, force } of rollouts)
        if (after === sent) open.push(post("/v1/apps/app/rollouts", force ? { force } : {}))
    }
    await Promise.all(open)
    const sandbox = { url: server.url, key }
    const source = Source.parse("sandbox:app") as Source.Source
    const told = { columns: {} }
    const evidence = await Effect.runPromise(Source.read(source, { folder, env: {}, told, sandbox }))
    return { evidence, lateMs: lateMs.toSorted((a, b) => a - b)[Math.floor(count * 0.9)]! }
  } finally {
    await server.stop()
    rmSync(folder, { recursive: true })
  }
}

/** What `ebb init` would write and what `ebb calibrate` would say of it. */
export const loop = async (evidence: Evidence, seeds: number) => {
  const learnt = learn([evidence])
  const files = new Map(learnt.files.map(({ lines, name }) => [name, [...lines()].join("")]))
  const text = SpecText.render(learnt, ["sandbox:app"])
  const spec = Result.getOrThrow(Spec.parse(text, { file: "ebb.yaml", readFile: (path) => files.get(path)! }))
  const parts = split(evidence.requests!, 0.5, evidence.rollouts)
  if (typeof parts === "string") throw new Error(parts)
  const { measures } = await Effect.runPromise(calibrate(spec, parts, seeds))
  const value = (path: string): string => learnt.findings.find((finding) => finding.path === path)!.value
  const measure = (name: string) => measures.find((each) => each.measure === name)!
  const note = (path: string): string => learnt.findings.find((finding) => finding.path === path)!.note
  return { learnt, measures, value, measure, note }
}

/** Simulated runners that slow each other down: three stages of a start, work of 400 ms (p99 800 ms), an interference of 0.1. */
export const simulated = (runners: number): string => `
app: { name: app, max_multiplexing: 4, termination_grace_period: 30s }
scaling: { min_concurrency: ${runners}, max_concurrency: ${runners}, keep_alive: 120s }
runner:
  { scheduling: 500ms, docker_pull: 700ms, setup: 1500ms, interference: 0.1, service: { lognormal: { p50: 400ms, p99: 800ms } } }
`

/** Three processes, each of whose requests share one processor: 240 to 360 ms of work, an interference of 0.25. */
export const real = `
app: { name: app, max_multiplexing: 6, termination_grace_period: 5s }
scaling: { min_concurrency: 3, max_concurrency: 3, keep_alive: 1h }
runner: { command: [node, servers/slowing.mjs] }
`
