/** The app that a new sandbox has, so that there is something to roll out. */
export const demoSpec = `# The example app of a new sandbox.
app:
  name: demo
  machine_type: GPU-H100
  max_multiplexing: 4
  request_timeout: 600s
  startup_timeout: 600s
  termination_grace_period: 30s

scaling:
  min_concurrency: 2
  max_concurrency: 8
  keep_alive: 300s

runner: # about 2 s to start, about 2 s to answer
  scheduling: 500ms
  setup: { lognormal: { p50: 1500ms, p99: 3s } }
  teardown: 500ms
  service: { lognormal: { p50: 2s, p99: 6s } }
`
