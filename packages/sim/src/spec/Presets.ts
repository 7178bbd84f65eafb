const llm = `# A language model that answers many requests at a time, called directly and through the queue.
# Durations: 250ms, 4s, 5m, 2h. Rates: 2/s, 30/m. Everything left out has the platform's default.

app:
  name: llm
  machine_type: GPU-H100
  max_multiplexing: 4 # requests that one runner works on at a time
  termination_grace_period: 30s # from SIGTERM to SIGKILL; the default is 5s

scaling:
  min_concurrency: 8
  max_concurrency: 16
  keep_alive: 300s

runner: # how long a start takes
  scheduling: 2s
  docker_pull: { time: { lognormal: { p50: 10s, p99: 30s } }, cached: 0.8 }
  setup: { lognormal: { p50: 40s, p99: 70s } }

traffic: # any number of sources; this is about 8 requests a second
  - { kind: direct, arrivals: { poisson: 4/s }, service: { lognormal: { p50: 2s, p99: 8s } } }
  - { kind: queued, arrivals: { poisson: 4/s }, service: { lognormal: { p50: 2s, p99: 8s } } }

rollouts: # what is rehearsed: each mode says how
  - at: 20m

run:
  for: 1h
  warmup: 5m
  window: 10m # how long after the rollout counts as "during"
  seeds: 20
  modes: [none, graceful, replace, force]
`

const media = `# A video model: one request at a time, each longer than the default grace period of 5 seconds.

app:
  name: media
  machine_type: GPU-H100
  max_multiplexing: 1
  termination_grace_period: 5s # the platform's default: a graceful rollout cuts what takes longer

scaling:
  min_concurrency: 6
  max_concurrency: 24
  concurrency_buffer: 2
  keep_alive: 300s

runner:
  scheduling: 3s
  docker_pull: { time: { lognormal: { p50: 40s, p99: 90s } }, cached: 0.5 }
  setup: { lognormal: { p50: 60s, p99: 2m } }

traffic:
  - kind: { mixed: { queued: 0.8 } } # four in five come through the queue
    arrivals: { poisson: 10/m }
    service: { lognormal: { p50: 45s, p99: 3m } }

rollouts:
  - at: 30m

run: { for: 90m, warmup: 10m, window: 15m, seeds: 20 }
`

const slowStart = `# A large model: a runner takes five minutes to load it, so what a rollout stops is missed for long.

app:
  name: slow-start
  machine_type: GPU-B200
  num_gpus: 4
  max_multiplexing: 8
  startup_timeout: 20m
  termination_grace_period: 60s

scaling:
  min_concurrency: 4
  max_concurrency: 8
  keep_alive: 600s

runner:
  scheduling: 10s
  docker_pull: { time: { lognormal: { p50: 60s, p99: 3m } }, cached: 0.6 }
  setup: { lognormal: { p50: 5m, p99: 7m } }

traffic:
  - { kind: direct, arrivals: { poisson: 1/s }, service: { lognormal: { p50: 6s, p99: 30s } } }
  - { kind: queued, arrivals: { poisson: 1/s }, service: { lognormal: { p50: 6s, p99: 30s } } }

rollouts:
  - at: 20m

run: { for: 1h, warmup: 8m, window: 20m, seeds: 20 }
`

const frozen = `# A third of the runners hang shortly before the rollout: nothing on them ends and SIGTERM does nothing.
# Every machine has a runner already, so a graceful rollout has to wait out the grace period for the frozen ones.

app:
  name: frozen
  machine_type: GPU-A100
  max_multiplexing: 1
  termination_grace_period: 2m

scaling:
  min_concurrency: 9
  max_concurrency: 9
  keep_alive: 600s

capacity:
  GPU-A100: 9

runner:
  scheduling: 2s
  setup: { lognormal: { p50: 15s, p99: 25s } }

traffic:
  - { kind: queued, arrivals: { poisson: 50/m }, service: { lognormal: { p50: 4s, p99: 12s } } }

faults:
  plan: # the three oldest of nine; what they work on comes back only when they are killed
    - { at: 19m, runner: 1, do: hang }
    - { at: 19m, runner: 2, do: hang }
    - { at: 19m, runner: 3, do: hang }

rollouts:
  - at: 20m

run: { for: 1h, warmup: 5m, window: 10m, seeds: 20 }
`

/** The specs that ship with ebb, as commented YAML. */
export const presets = { llm, media, "slow-start": slowStart, frozen } as const
/** What a preset is called. */
export type PresetName = keyof typeof presets

/** The presets, in the order in which they are offered. */
export const names = ["llm", "media", "slow-start", "frozen"] as const satisfies ReadonlyArray<PresetName>
