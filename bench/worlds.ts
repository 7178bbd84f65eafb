// One spec in both worlds, ten seeds each: what a rehearsal says and what really happens, side by side.
import * as LiveRun from "@ebb/runtime/rehearsal/LiveRun"
import type { RunMeasures } from "@ebb/sim/measure/RunMeasures"
import * as Simulation from "@ebb/sim/experiment/Simulation"
import * as Spec from "@ebb/sim/spec/Spec"
import { estimate } from "@ebb/sim/measure/Statistics"
import { Result } from "effect"

const text = `
app: { name: worlds, max_multiplexing: 4, termination_grace_period: 30s }
scaling: { min_concurrency: 6, max_concurrency: 12, keep_alive: 300s }
runner: { scheduling: 500ms, setup: { lognormal: { p50: 1500ms, p99: 3s } }, teardown: 500ms }
traffic:
  - { kind: { mixed: { queued: 0.5 } }, arrivals: { poisson: 8/s }, service: { lognormal: { p50: 1s, p99: 4s } } }
rollouts: [ { at: 30s } ]
run: { for: 60s, warmup: 10s, window: 20s, seeds: 10, modes: [graceful] }
`
const latencyShareMax = 0.03

const spec = Result.getOrThrow(Spec.parse(text, { file: "worlds", readFile: () => "" }))
const { seed: first, seeds: count } = spec.run
const seeds = Array.from({ length: count }, (_, n) => first + n)

const virtual = seeds.map((seed) => Simulation.run(spec, "graceful", seed))
process.stdout.write(`${count} live runs of 60 s at once …\n`)
const live = await Promise.all(
  seeds.map((seed) => {
    const { signal } = new AbortController()
    const beforeExit = () => () => {}
    return LiveRun.run({ spec, folder: ".", mode: "graceful", seed, speed: 1, signal, beforeExit })
  })
)

const measures: ReadonlyArray<readonly [string, (run: RunMeasures) => number | null]> = [
  ["in flight at the rollout", (run) => run.inFlight.atStart],
  ["drained", (run) => run.inFlight.drained],
  ["errored", (run) => run.inFlight.errored],
  ["retried", (run) => run.inFlight.retried],
  ["latency, mean, ms", (run) => run.latencyMs.whole?.mean ?? null],
  ["latency, p99, ms", (run) => run.latencyMs.whole?.p99 ?? null],
  ["recovered after, ms", (run) => run.capacity.recoveryMs]
]

const shown = ({ high, low, mean }: { readonly mean: number; readonly low: number; readonly high: number }): string =>
  `${mean.toFixed(1)} [${low.toFixed(1)}, ${high.toFixed(1)}]`

const rows = measures.map(([name, of]) => ({ name, virtual: estimate(virtual.map(of)), live: estimate(live.map(of)) }))
process.stdout.write(`\n${"".padEnd(26)}${"virtual".padStart(28)}${"live".padStart(28)}\n`)
for (const { live, name, virtual } of rows) {
  if (virtual === null || live === null) continue
  process.stdout.write(`${name.padEnd(26)}${shown(virtual).padStart(28)}${shown(live).padStart(28)}\n`)
}

const counted = rows
  .slice(1, 4)
  .every(
    ({ live, virtual }) => virtual !== null && live !== null && live.low <= virtual.high && virtual.low <= live.high
  )
const means = rows.find(({ name }) => name.startsWith("latency, mean"))
const share = Math.abs((means?.live?.mean ?? Infinity) / (means?.virtual?.mean ?? 1) - 1)
process.stdout.write(`\n${counted ? "✔" : "✘"}  drained, errored and retried agree within their intervals\n`)
process.stdout.write(
  `${share <= latencyShareMax ? "✔" : "✘"}  mean latency differs by ${(share * 100).toFixed(2)} %, at most 3 %\n`
)
process.exit(counted && share <= latencyShareMax ? 0 : 1)
