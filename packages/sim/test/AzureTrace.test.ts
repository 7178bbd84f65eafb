import type { RunMeasures } from "@ebb/sim/measure/RunMeasures"
import type { RehearsalSpec } from "@ebb/sim/spec/Spec"
import * as Simulation from "@ebb/sim/experiment/Simulation"
import * as Random from "@ebb/sim/workload/Random"
import { readFileSync } from "node:fs"
import { assert, describe, it } from "vitest"
import { specOf } from "./SpecOf.ts"
import { countOf, type Met, witness } from "./Witness.ts"

/** A trace as the Azure LLM inference trace 2023 (code) is: bursts, CRLF, tenths of microseconds, no newline at the end. */
const lookalike = (): string => {
  const random = Random.make(1)
  const lines = ["TIMESTAMP,ContextTokens,GeneratedTokens"]
  let atMs = Date.UTC(2023, 10, 16, 18, 15, 46)
  for (let row = 0; row < 8819; row++) {
    const isBurst = Math.floor(row / 100) % 2 === 0
    atMs += -(isBurst ? 150 : 620) * Math.log(random.uniform(0, row, 0))
    const [day, clock] = new Date(Math.floor(atMs)).toISOString().slice(0, -1).split("T")
    const tenths = String(Math.floor((atMs % 1) * 10_000)).padStart(4, "0")
    const tokens = 1 + Math.floor(-28 * Math.log(random.uniform(1, row, 0)))
    lines.push(`${day} ${clock}${tenths},${Math.floor(4000 * random.uniform(2, row, 0))},${tokens}`)
  }
  return lines.join("\r\n")
}

/** The real trace, where EBB_AZURE_TRACE says where it is; it is in the Azure Public Dataset. */
const realFile = process.env["EBB_AZURE_TRACE"]
const trace = realFile === undefined ? lookalike() : readFileSync(realFile, "utf8")

type Kind = "queued" | "direct" | { readonly mixed: { readonly queued: number } }

/** An hour of a code-completion service, each generated token taking 100 ms: enough of them are in flight at a time. */
const specFor = (kind: Kind, atMs: number, runners = 16): RehearsalSpec =>
  specOf(
    {
      app: { machine_type: "GPU-H100", max_multiplexing: 4, termination_grace_period: "10m" },
      scaling: { min_concurrency: runners, max_concurrency: 2 * runners, keep_alive: "300s" },
      runner: { scheduling: "0s", setup: "0s" },
      traffic: [
        {
          kind,
          arrivals: { trace: { file: "trace.csv", timestamp: "TIMESTAMP" } },
          service: { tokens: { generated: "GeneratedTokens", first: "300ms", each: "100ms" } }
        }
      ],
      rollouts: [{ at: `${atMs}ms` }],
      run: { for: "2h", warmup: "0s", moment: "fixed" }
    },
    { "trace.csv": trace }
  )

/** The rows of the trace, read by other means than the ones tested. */
const rows = (): ReadonlyArray<{ readonly atMs: number; readonly tokens: number }> =>
  trace
    .trim()
    .split(/\r?\n/)
    .slice(1)
    .map((line) => {
      const [, day, clock, fraction, , tokens] = /^(\S+) ([\d:]+)\.(\d+),(\d+),(\d+)$/.exec(line)!
      return { atMs: Date.parse(`${day}T${clock}Z`) + Number(fraction) / 10_000, tokens: Number(tokens) }
    })

const serviceMs = (tokens: number): number => 300 + 100 * tokens

/** Three moments of the hour at which many requests are in flight. */
const busyMoments = (): ReadonlyArray<number> => {
  const all = rows()
  const first = all[0]!.atMs
  const spans = all.map(({ atMs, tokens }) => [atMs - first, atMs - first + serviceMs(tokens)] as const)
  const crowdAt = (atMs: number) => spans.filter(([from, to]) => from < atMs && atMs < to).length
  const minutes = Array.from({ length: 50 }, (_, minute) => (minute + 5) * 60_000 + 500)
  return minutes.toSorted((a, b) => crowdAt(b) - crowdAt(a)).slice(0, 3)
}

describe("one hour of a production service, from its trace", () => {
  it("arrives and takes as long as the trace says", () => {
    const all = rows()
    const { latencyMs, queueWaitMs, requests } = Simulation.run(specFor("direct", 60_000, 100), "none", 1)
    assert.isAbove(all.length, 8000)
    assert.deepStrictEqual([requests.accepted, requests.completed], [all.length, all.length])
    assert.strictEqual(queueWaitMs.whole!.max, 0)
    const times = all.map(({ tokens }) => serviceMs(tokens))
    assert.closeTo(latencyMs.whole!.mean, times.reduce((sum, ms) => sum + ms, 0) / times.length, 1e-3)
    assert.closeTo(latencyMs.whole!.max, Math.max(...times), 1e-3)
    const before = all.filter(({ atMs }) => atMs - all[0]!.atMs < 60_000).length
    assert.strictEqual(latencyMs.before!.count, before)
  })

  it("meets a rollout with exactly the requests that the trace has in flight", () => {
    const [atMs] = busyMoments()
    const all = rows()
    const left = all
      .map((row) => ({ from: row.atMs - all[0]!.atMs, tokens: row.tokens }))
      .filter(({ from, tokens }) => from <= atMs! && from + serviceMs(tokens) > atMs!)
      .map(({ from, tokens }) => from + serviceMs(tokens) - atMs!)
    const { met } = witness(specFor("queued", atMs!, 100), "force", 1)
    assert.strictEqual(met.length, left.length)
    const inOrder = (values: ReadonlyArray<number>) => values.toSorted((a, b) => a - b)
    inOrder(met.map(({ remainingMs }) => remainingMs)).forEach((ms, at) => assert.closeTo(ms, inOrder(left)[at]!, 0.01))
  })

  const kinds: ReadonlyArray<readonly [string, Kind]> = [
    ["all queued", "queued"],
    ["all direct", "direct"],
    ["mixed", { mixed: { queued: 0.5 } }]
  ]

  it.each(kinds)("%s: a graceful rollout loses none, a forced one exactly those in flight", (name, kind) => {
    for (const atMs of busyMoments()) {
      const spec = specFor(kind, atMs)
      const graceful = witness(spec, "graceful", 1)
      const force = witness(spec, "force", 1)
      const key = ({ queued, remainingMs }: Met) => [queued, remainingMs]
      assert.deepStrictEqual(graceful.met.map(key), force.met.map(key))
      confirm(graceful.measures, graceful.met, "drained", "drained")
      confirm(force.measures, force.met, "errored", "retried")
      assert.strictEqual(graceful.measures.requests.errored, 0)
      const [queued, direct] = [true, false].map((each) => force.met.filter((met) => met.queued === each).length)
      assert.strictEqual(force.measures.requests.errored, direct)
      assert.deepStrictEqual([queued! > 0, direct! > 0], [name !== "all direct", name !== "all queued"])
    }
  })

  /** Every direct request in flight met the one fate and every queued one the other; nobody is missing. */
  const confirm = (
    { inFlight, requests }: RunMeasures,
    met: ReadonlyArray<Met>,
    direct: "drained" | "errored",
    queued: "drained" | "retried"
  ): void => {
    assert.isAtLeast(met.length, 10)
    assert.deepStrictEqual(
      [countOf(met, direct, false), countOf(met, queued, true)],
      [inFlight.direct.atStart, inFlight.queued.atStart]
    )
    assert.strictEqual(inFlight.direct[direct], inFlight.direct.atStart)
    assert.strictEqual(inFlight.queued[queued], inFlight.queued.atStart)
    assert.strictEqual(inFlight.atStart, met.length)
    assert.strictEqual(inFlight.drained + inFlight.errored + inFlight.retried, met.length)
    assert.strictEqual(requests.pending, 0)
  }
})
