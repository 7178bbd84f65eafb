/** Every value that a spec from evidence has, in order; what holds where nobody knows (docs/spec.md). */
export const defaults: ReadonlyArray<readonly [path: string, value: string]> = [
  ["app.name", "app"],
  ["app.machine_type", "S"],
  ["app.num_gpus", "1"],
  ["app.max_multiplexing", "1"],
  ["app.request_timeout", "1h"],
  ["app.startup_timeout", "10m"],
  ["app.termination_grace_period", "5s"],
  ["app.rollout_order", "stop_first"],
  ["scaling.min_concurrency", "0"],
  ["scaling.max_concurrency", "2"],
  ["scaling.concurrency_buffer", "0"],
  ["scaling.concurrency_buffer_perc", "0"],
  ["scaling.scaling_delay", "0s"],
  ["scaling.keep_alive", "60s"],
  ["runner.scheduling", "2s"],
  ["runner.docker_pull", "0s"],
  ["runner.setup", "8s"],
  ["runner.teardown", "1s"],
  ["runner.interference", "0"],
  ["traffic[0].kind", "direct"],
  ["traffic[0].arrivals", "{ poisson: 1/s }"],
  ["traffic[0].service", "1s"],
  ["run.for", "1h"]
]

/** How to come to know what requests alone do not say. */
export const howToKnow: Readonly<Record<string, string>> = {
  "runner.setup":
    "fal:APP, sandbox:APP or kubernetes:FILE with kubectl get pod -o json, or write how long it takes from a process started to its port open",
  "app.termination_grace_period": "kubernetes:FILE with the Deployment, or write the time from SIGTERM to SIGKILL",
  "traffic[0].kind":
    "write queued where callers submit to the queue: it says whether a request that is cut is tried again",
  "app.machine_type": "write it: it decides what the run costs"
}
