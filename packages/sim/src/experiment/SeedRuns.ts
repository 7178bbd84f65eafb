import { Effect } from "effect"
import type { Task } from "../jobs/Task.ts"
import type { RunMeasures } from "../measure/RunMeasures.ts"
import * as Breath from "./Breath.ts"
import { Simulation } from "./Simulation.ts"

/** Progress within a run is told in so many parts. */
const parts = 60

/** The runs of one seed under each mode of the spec, in their order: up to the first rollout all of them are one run. */
export const task: Task<number, ReadonlyArray<RunMeasures>> = {
  name: "runs of a seed",
  run: Effect.fnUntraced(function* (spec, seed, tell) {
    const { forMs, modes } = spec.run
    const { advance, breathe } = yield* Breath.make
    const runs = new Map<string, RunMeasures>()
    let requests = 0
    const advanceTo = (simulation: Simulation, untilMs: number) =>
      advance(simulation, untilMs, () => {
        const part = Math.floor((simulation.nowMs / forMs) * parts) / parts
        tell(runs.size + Math.min(part, 1), requests + simulation.requests)
      })
    const finish = Effect.fnUntraced(function* (simulation: Simulation, mode: string) {
      yield* advanceTo(simulation, forMs)
      const measures = simulation.run()
      runs.set(mode, measures)
      requests += measures.requests.accepted
      tell(runs.size, requests)
      yield* breathe()
    })
    const [first, ...others] = modes
    const simulation = new Simulation(spec, first!, seed)
    if (others.length > 0) yield* advanceTo(simulation, Math.min(simulation.rolloutAtMs, forMs))
    for (const mode of others) yield* finish(simulation.fork(mode), mode)
    yield* finish(simulation, first!)
    return modes.map((mode) => runs.get(mode)!)
  })
}
