import * as Bounds from "@ebb/plan/scaling/Bounds"
import * as Slo from "@ebb/plan/scaling/Slo"
import type { RehearsalSpec } from "@ebb/sim/spec/Spec"
import { Result } from "effect"
import { specOf } from "../SpecOf.ts"

/** A small question about a scaling, whose answer brute force can find. */
export interface Problem {
  readonly it: string
  readonly spec: RehearsalSpec
  readonly bounds: ReadonlyArray<Bounds.Bound>
  readonly slos: ReadonlyArray<Slo.Slo>
}

interface Asked {
  readonly it: string
  readonly let: ReadonlyArray<string>
  readonly slo: ReadonlyArray<string>
  readonly spec: object
}

const base = {
  app: { name: "small", machine_type: "GPU-H100", max_multiplexing: 2, termination_grace_period: "10s" },
  scaling: { min_concurrency: 2, max_concurrency: 8, keep_alive: "60s" },
  runner: { scheduling: "1s", setup: { uniform: { min: "10s", max: "30s" } } },
  traffic: [{ kind: "queued", arrivals: { poisson: "40/m" }, service: { exponential: { mean: "4s" } } }],
  rollouts: [{ at: "4m" }],
  run: { for: "12m", warmup: "2m", window: "3m" }
}

const direct = [{ kind: "direct", arrivals: { poisson: "30/m" }, service: { lognormal: { p50: "3s", p99: "12s" } } }]
const bursts = [
  {
    kind: "queued",
    arrivals: { bursts: { on: { exponential: { mean: "20s" } }, off: { exponential: { mean: "40s" } }, rate: "2/s" } },
    service: "3s"
  }
]

const asked: ReadonlyArray<Asked> = [
  {
    it: "how many runners at most",
    let: ["scaling.max_concurrency=2..9"],
    slo: ["replace.queueWaitMs.during.p99 < 4s"],
    spec: {}
  },
  {
    it: "how many at least",
    let: ["scaling.min_concurrency=0..8"],
    slo: ["graceful.latencyMs.during.p99 < 20s"],
    spec: { traffic: bursts, scaling: { max_concurrency: 10, keep_alive: "10s" } }
  },
  {
    it: "how long idle runners stay",
    let: ["scaling.keep_alive=0s..5m"],
    slo: ["graceful.queueWaitMs.whole.mean < 4s"],
    spec: { traffic: bursts, scaling: { min_concurrency: 1, max_concurrency: 10 } }
  },
  {
    it: "how many spare runners",
    let: ["scaling.concurrency_buffer=0..6"],
    slo: ["replace.latencyMs.during.p90 < 7200ms"],
    spec: { traffic: direct, scaling: { max_concurrency: 12, keep_alive: "10s" } }
  },
  {
    it: "at least and at most together",
    let: ["scaling.min_concurrency=1..4", "scaling.max_concurrency=2..6"],
    slo: ["replace.queueWaitMs.during.p99 < 4s"],
    spec: {}
  },
  {
    it: "with a forced rollout",
    let: ["scaling.max_concurrency=2..9"],
    slo: ["force.latencyMs.during.p99 < 29s"],
    spec: {}
  },
  {
    it: "two conditions at a time",
    let: ["scaling.max_concurrency=2..8"],
    slo: ["graceful.latencyMs.during.p99 < 40s", "graceful.queueWaitMs.whole.mean < 630ms"],
    spec: { traffic: direct }
  },
  {
    it: "two ways of rolling out at a time",
    let: ["scaling.max_concurrency=2..8"],
    slo: ["replace.queueWaitMs.during.p99 < 4s", "force.queueWaitMs.during.p99 < 22s"],
    spec: {}
  },
  {
    it: "without a price",
    let: ["scaling.max_concurrency=2..9"],
    slo: ["graceful.queueWaitMs.during.p90 < 12s"],
    spec: { app: { ...base.app, machine_type: "S", num_gpus: 2 } }
  },
  {
    it: "requests a runner against runners",
    let: ["app.max_multiplexing=1..4", "scaling.max_concurrency=2,4,6"],
    slo: ["graceful.queueWaitMs.during.p99 < 20s"],
    spec: { runner: { ...base.runner, interference: 0.5 } }
  }
]

export const problems: ReadonlyArray<Problem> = asked.map(({ it, slo, spec, ...rest }) => ({
  it,
  spec: specOf({ ...base, ...spec }),
  bounds: rest.let.map((text) => Result.getOrThrow(Bounds.parseLet(text))),
  slos: slo.map((text) => Result.getOrThrow(Slo.parse(text)))
}))
