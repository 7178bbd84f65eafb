import { Simulation } from "@ebb/sim/experiment/Simulation"
import type { RunMeasures } from "@ebb/sim/measure/RunMeasures"
import type { RehearsalSpec } from "@ebb/sim/spec/Spec"
import { sampler } from "@ebb/sim/workload/Distribution"
import { Effect } from "effect"
import type { Sample } from "../learn/Sample.ts"
import type { Split } from "./Split.ts"

/** Concurrency is looked at so often in the checked part. */
export const looks = 500

/** One run over the checked part. */
export interface Predicted {
  readonly measures: RunMeasures
  /** Requests in work at each look, and runners ready. */
  readonly inWork: Float64Array
  readonly waiting: Float64Array
  readonly runners: Float64Array
}

/** So much of the fitted part's traffic fills the runners before the checked part begins, its own requests unmeasured. */
const leadMs = 15 * 60_000
/** So long the last requests have to end. */
const tailMs = 10 * 60_000

/** The spec of the checked part: its arrivals as they were seen, service drawn from the fitted part. */
export const specFor = (
  base: RehearsalSpec,
  { fromMs, requests, rollouts, untilMs }: Split,
  fitted: Sample | null
): RehearsalSpec => {
  const firstMs = Math.max(requests.arrivalMs[0]!, fromMs - leadMs)
  const first = requests.arrivalMs.findIndex((ms) => ms >= firstMs)
  const timesMs = requests.arrivalMs.slice(first).map((ms) => ms - firstMs)
  const source = base.traffic[0]!
  const draw = sampler({ empirical: { file: "", column: "" } }, () => fitted!)
  const service: typeof source.service = fitted === null ? source.service : { kind: "drawn", sampler: draw }
  const forMs = untilMs - firstMs + tailMs
  return {
    ...base,
    traffic: [{ ...source, arrivals: { kind: "trace", timesMs }, service }],
    faults: { ...base.faults, plan: [] },
    rollouts: rollouts.map(({ atMs, mode }) => ({ atMs: atMs - firstMs, mode })),
    run: { ...base.run, forMs, warmupMs: fromMs - firstMs, windowMs: forMs, moment: "fixed", modes: ["none"] }
  }
}

/** When the looks are, after the beginning of the checked part. */
export const lookAtMs = ({ fromMs, untilMs }: Split, look: number): number =>
  ((untilMs - fromMs) * (look + 0.5)) / looks

const eventsAtATime = 20_000

/** One seed; other work may happen meanwhile. */
export const predict = Effect.fnUntraced(function* (spec: RehearsalSpec, split: Split, seed: number) {
  // Each rollout has its own way.
  const simulation = new Simulation(spec, spec.rollouts.length === 0 ? "none" : "graceful", seed)
  const [inWork, waiting, runners] = [new Float64Array(looks), new Float64Array(looks), new Float64Array(looks)]
  const { maxMultiplexing } = spec.app.revision
  for (let look = 0; look < looks; look++) {
    const atMs = spec.run.warmupMs + lookAtMs(split, look)
    while (!simulation.advance(atMs, eventsAtATime)) yield* Effect.sleep(0)
    const app = simulation.fleet.state.apps[0]!
    inWork[look] = app.attempts.length
    waiting[look] = app.waiting
    runners[look] = app.slotsReady / maxMultiplexing
  }
  while (!simulation.advance(spec.run.forMs, eventsAtATime)) yield* Effect.sleep(0)
  return { measures: simulation.run(), inWork, waiting, runners } satisfies Predicted
})
