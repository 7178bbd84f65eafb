import { presets } from "@ebb/sim/spec/Presets"
import * as Spec from "@ebb/sim/spec/Spec"
import { Result } from "effect"

/** One run whose journal must come out the same on every engine. */
export interface PortableRun {
  readonly spec: string
  readonly mode: Spec.Mode
  readonly seed: number
}

/** Every distribution, arrival process, way of serving and fault; a file is a trace of ten rows. */
const everything = `
app:
  machine_type: GPU-H100
  max_multiplexing: 3
  termination_grace_period: 5s
  startup_timeout: 2m
  health_check: { path: /health, call_regularly: true }
scaling: { min_concurrency: 3, max_concurrency: 12, concurrency_buffer: 1, keep_alive: 30s, scaling_delay: 2s }
capacity: { GPU-H100: 11 }
runner:
  scheduling: { uniform: { min: 500ms, max: 3s } }
  docker_pull: { time: { pareto: { min: 1s, shape: 1.5 } }, cached: 0.5 }
  setup: { gamma: { mean: 6s, cv: 0.5 } }
  teardown: { exponential: { mean: 500ms } }
traffic:
  - { kind: direct, arrivals: { poisson: 1/s }, service: { lognormal: { p50: 2s, p99: 15s } } }
  - kind: { mixed: { queued: 0.6 } }
    arrivals: { daily: { low: 0/s, high: 2/s, period: 3m, peak_at: 1m } }
    service: { gamma: { mean: 3s, cv: 2 } }
    start_timeout: 20s
  - kind: queued
    arrivals: { bursts: { on: { exponential: { mean: 10s } }, off: { uniform: { min: 5s, max: 20s } }, rate: 4/s } }
    service: { tokens: { generated: { empirical: { file: trace.csv, column: tokens } }, first: 200ms, each: 12ms } }
    priority: low
    max_queue_length: 30
    patience: { pareto: { min: 4s, shape: 2 } }
  - kind: queued
    arrivals: { trace: { file: trace.csv, timestamp: at } }
    service: { column: took, unit: ms }
  - kind: direct
    arrivals: { trace: { file: trace.csv, timestamp: at } }
    service: { tokens: { generated: tokens, first: 200ms, each: 12ms } }
  - kind: queued
    arrivals: { poisson: 12/m }
    service: { empirical: { file: trace.csv, column: took, unit: ms } }
  - { kind: direct, arrivals: { poisson: 6/m }, service: 4s }
faults:
  setup_failure: 0.1
  scheduling_failure: 0.05
  crash: { exponential: { mean: 4m } }
  hang: 0.002
  slow_teardown: 0.1
  plan:
    - { at: 100s, runner: oldest, do: slow, for: 10s }
    - { at: 110s, runner: 2, do: hang }
    - { at: 115s, runner: newest, do: crash }
rollouts: [{ at: 2m }, { at: 3m, mode: force }]
run: { for: 5m, warmup: 30s }
`

const trace = `at,took,tokens
2026-01-05 09:00:00.5,1200,40
2026-01-05 09:00:07.25,3100,310
2026-01-05 09:00:21,800,12
2026-01-05 09:01:02.125,15000,900
2026-01-05 09:01:40,2400,77
2026-01-05 09:01:59.999,7200,512
2026-01-05 09:02:00,4400,128
2026-01-05 09:02:31.75,950,19
2026-01-05 09:03:12,2100,64
2026-01-05 09:04:05.5,1800,33
`

const texts: Readonly<Record<string, string>> = { ...presets, everything }

/** Presets × modes, and the spec with everything in it. */
export const runs: ReadonlyArray<PortableRun> = [
  { spec: "llm", mode: "graceful", seed: 1 },
  { spec: "media", mode: "replace", seed: 2 },
  { spec: "slow-start", mode: "force", seed: 3 },
  { spec: "frozen", mode: "none", seed: 4 },
  { spec: "everything", mode: "graceful", seed: 5 },
  { spec: "everything", mode: "replace", seed: 6 }
]

export const nameOf = ({ mode, seed, spec }: PortableRun): string => `${spec} ${mode} ${seed}`

export const specOf = ({ spec }: PortableRun): Spec.RehearsalSpec =>
  Result.getOrThrow(Spec.parse(texts[spec]!, { file: spec, readFile: () => trace }))
