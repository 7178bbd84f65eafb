import type { RolloutRunner } from "@ebb/core/domain/RolloutReport"
import * as Breath from "@ebb/sim/experiment/Breath"
import { Simulation } from "@ebb/sim/experiment/Simulation"
import type { Task } from "@ebb/sim/jobs/Task"
import * as RunMeasures from "@ebb/sim/measure/RunMeasures"
import { inOrder } from "@ebb/sim/spec/LaterForce"
import type { RehearsalSpec } from "@ebb/sim/spec/Spec"
import { Effect } from "effect"
import type { OnProgress } from "../OnProgress.ts"
import * as OfSeeds from "../OfSeeds.ts"
import { Kills } from "./Kills.ts"

/** Rollouts of one seed that differ in their grace period alone. */
export interface CutsInput {
  readonly seed: number
  readonly graceSeconds: ReadonlyArray<number>
}

/** What the first rollout of a spec cut with a grace period. */
export interface Cut {
  readonly graceSeconds: number
  /** Requests in flight that its end took, or a later force of the spec before: errors for their callers, or back in the queue. */
  readonly cut: number
  /** Work on them that was thrown away, and what it had cost where the machine has a price. */
  readonly lostWorkSeconds: number
  readonly lostAmount: number | null
  /** Requests in flight that ended in an error, whatever ended them: its end, or a crash or a time limit before. */
  readonly errored: number
  /** From the signal to the end of its last request, of all runners that were told to stop. */
  readonly heldRunnerSeconds: number
  /** Null where the app had not recovered when the run ended. */
  readonly recoveryMs: number | null
}

/** A rollout is followed so much further at a time. */
const followMs = 10_000

/** From its signal to the end of its last request, or to the later force of the spec that took it. */
const heldMs = ({ drainMs, endedBy, signalAfterMs }: RolloutRunner, forcedAfterMs: number | null): number =>
  drainMs ?? (endedBy === "escalated" && forcedAfterMs !== null ? forcedAfterMs - (signalAfterMs ?? 0) : 0)

const cutOf = (graceSeconds: number, kills: Kills, { forcedAfterMs, rollouts }: RunMeasures.RunMeasures): Cut => {
  const { capacity, inFlight, runners } = rollouts[0]!
  return {
    graceSeconds,
    cut: kills.requests,
    lostWorkSeconds: kills.lostWork.seconds,
    lostAmount: kills.lostWork.amount,
    errored: inFlight.errored,
    heldRunnerSeconds: runners.reduce((sum, runner) => sum + heldMs(runner, forcedAfterMs), 0) / 1000,
    recoveryMs: capacity.recoveryMs
  }
}

/** Its first rollout is graceful, whatever it says itself; later ones that have a mode of their own keep it. */
const graceful = (spec: RehearsalSpec): RehearsalSpec => ({
  ...spec,
  rollouts: inOrder(spec).map((rollout, index) => (index === 0 ? { ...rollout, mode: null } : rollout))
})

/** One run up to the rollout, and from there a copy for each grace period, as far as the app recovers. */
export const task: Task<CutsInput, ReadonlyArray<Cut>> = {
  name: "grace periods",
  run: Effect.fnUntraced(function* (spec, { graceSeconds, seed }, tell) {
    const { advance } = yield* Breath.make
    const base = new Simulation(graceful(spec), "graceful", seed)
    const { forMs } = spec.run
    let inForks = 0
    const cuts: Array<Cut> = []
    const onBreath = () => tell(cuts.length, base.requests + inForks)
    yield* advance(base, Math.min(base.rolloutAtMs, forMs), onBreath)
    for (const seconds of graceSeconds) {
      const fork = base.fork()
      fork.setGracePeriod(seconds)
      const kills = Kills.of(fork)
      const [record] = yield* follow(fork, forMs, (untilMs) => advance(fork, untilMs, onBreath))
      if (record !== undefined) cuts.push(cutOf(seconds, kills, RunMeasures.of(fork.record)))
      inForks += fork.requests - base.requests
      onBreath()
    }
    return cuts
  })
}

/** Until the first rollout is over and the app has recovered, or time is up. */
const follow = Effect.fnUntraced(function* (
  { record, rolloutAtMs }: Simulation,
  forMs: number,
  advanceTo: (untilMs: number) => Effect.Effect<void>
) {
  for (let untilMs = rolloutAtMs + followMs; ; untilMs += followMs) {
    yield* advanceTo(Math.min(untilMs, forMs))
    const [first] = record.rollouts
    const isOver = first !== undefined && first.finishedAtMs !== null && first.recoveredAtMs !== null
    if (isOver || untilMs >= forMs) return record.rollouts
  }
})

/** Rollouts with each of the grace periods, by seed; none without a rollout in the spec. */
export const ofSeeds = Effect.fnUntraced(function* (
  spec: RehearsalSpec,
  graceSeconds: ReadonlyArray<number>,
  onProgress: OnProgress
) {
  if (spec.rollouts.length === 0) return []
  return yield* OfSeeds.run(task, spec, (seed) => ({ seed, graceSeconds }), graceSeconds.length, onProgress)
})
