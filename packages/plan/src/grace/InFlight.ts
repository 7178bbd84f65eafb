import { RequestKind } from "@ebb/core/tables/Request"
import { isServing } from "@ebb/core/tables/RunnerState"
import * as Breath from "@ebb/sim/experiment/Breath"
import { Simulation } from "@ebb/sim/experiment/Simulation"
import type { Task } from "@ebb/sim/jobs/Task"
import type { RehearsalSpec } from "@ebb/sim/spec/Spec"
import { Effect } from "effect"

/** In one run it is looked so often what is in flight. */
export const looks = 200

/** The requests in flight at the looks of one run, one after another. */
export interface InFlight {
  /** How long each would still take, in milliseconds; Infinity on a runner that hangs. */
  readonly remainingMs: Float64Array
  /** How long each has been worked on. */
  readonly ageMs: Float64Array
  /** 1 for those that came through the queue. */
  readonly isQueued: Uint8Array
  /** Where those of each look end. */
  readonly ends: ReadonlyArray<number>
  readonly requests: number
}

/** The looks lie evenly over the measured part of a run. */
export const lookAtMs = ({ run }: RehearsalSpec, look: number): number =>
  run.warmupMs + ((run.forMs - run.warmupMs) * (look + 0.5)) / looks

/** One run without a rollout under a seed, and what a rollout would find in flight at any of its looks. */
export const task: Task<number, InFlight> = {
  name: "what is in flight",
  run: Effect.fnUntraced(function* (spec, seed, tell) {
    const { advance } = yield* Breath.make
    const simulation = new Simulation({ ...spec, rollouts: [] }, "none", seed)
    const [remainingMs, ageMs, isQueued]: [Array<number>, Array<number>, Array<number>] = [[], [], []]
    const ends: Array<number> = []
    for (let look = 0; look < looks; look++) {
      const nowMs = lookAtMs(spec, look)
      yield* advance(simulation, nowMs, () => tell(look, simulation.requests))
      const { attempts } = simulation.fleet.state.apps[0]!
      for (let request = attempts.first; request !== null; request = request.next) {
        if (!isServing(request.runner!.state)) continue
        remainingMs.push(simulation.world.runners.remainingMs(nowMs, request))
        ageMs.push(nowMs - request.startedAtMs)
        isQueued.push(request.kind === RequestKind.queued ? 1 : 0)
      }
      ends.push(remainingMs.length)
    }
    return {
      remainingMs: Float64Array.from(remainingMs),
      ageMs: Float64Array.from(ageMs),
      isQueued: Uint8Array.from(isQueued),
      ends,
      requests: simulation.requests
    }
  })
}
