import { isEnding, isServing, type RunnerState } from "@ebb/core/tables/RunnerState"
import { Effect, Layer } from "effect"
import { Kernel, type LiveFleet } from "../kernel/Kernel.ts"
import { type LiveRunner, Written } from "../kernel/LiveRunner.ts"
import { machineTypeOf } from "../kernel/MachineType.ts"
import { Portions } from "../kernel/Portions.ts"
import { Watching } from "../kernel/Watchers.ts"
import { type PastRow, type PastRunner, PastRunners, type PastRunnerStore } from "../store/PastRunnerStore.ts"
import * as Views from "./Views.ts"

/** As long as this takes, everybody else waits: so many runners in one turn, fewer where their logs are long. */
const runnersAtOnce = 100
const linesOfOne = 20
const weightOf = ({ endedAtMs, logs: { kept } }: LiveRunner): number =>
  endedAtMs === null ? 1 : Math.max(1, (kept.to - kept.from) / linesOfOne)
const portion = { most: runnersAtOnce, weightOf }

/** Takes down when each runner starts, is ready, is told to end and ends, so that it is known after a restart too. */
class RunnerWriter {
  private readonly kernel: LiveFleet
  private readonly past: PastRunnerStore
  /** Not yet written; a rollout by force ends thousands in one input. */
  private readonly changed: Portions<LiveRunner, null>
  private isOver = false

  constructor(kernel: LiveFleet, past: PastRunnerStore) {
    this.changed = new Portions(portion, (some) => this.write(some.map(([live]) => live)))
    this.kernel = kernel
    this.past = past
  }

  /** To be called at every change of its state. */
  look(live: LiveRunner, state: RunnerState): void {
    if (live.beganAtMs === null) return
    if (live.endedAtMs !== null) return this.soon(live)
    const now = isEnding(state) ? Written.told : isServing(state) ? Written.ready : Written.began
    if (now <= live.written) return
    live.written = now
    this.soon(live)
  }

  private soon(live: LiveRunner): void {
    // What a process prints that outlives the sandbox has no place to go.
    if (!this.isOver) this.changed.add(live, null)
  }

  private write(changed: ReadonlyArray<LiveRunner>): void {
    this.past.saveEventually(changed.map((live) => [this.rowOf(live), live.endedAtMs === null ? [] : live.logs.all()]))
    // A process may print after its end: what it printed last is written when it is gone.
    for (const live of changed) {
      if (live.endedAtMs !== null && !live.logs.isOver) live.logs.follow(ignored, () => this.soon(live))
    }
  }

  private rowOf(live: LiveRunner): PastRunner {
    const { app, beganAtMs, createdAtMs, ended, endedAtMs, id, moments, readyAtMs, revision } = live
    const runner = Views.inFleet(this.kernel.state, live)
    return {
      id,
      app: app.id,
      revision: revision.id,
      createdAtMs,
      beganAtMs,
      readyAtMs,
      moments: moments.flatMap(({ atMs, state }) => [state, atMs]),
      endedAtMs,
      machineType: ended?.machineType ?? (runner === null ? "" : machineTypeOf(runner)),
      replaced: ended?.replaced ?? false
    }
  }

  /** The sandbox ends, and all its runners with it. */
  end(): void {
    this.changed.close()
    this.isOver = true
    const atMs = Date.now()
    const living = [...this.kernel.world.runners.all()].filter(
      ({ beganAtMs, endedAtMs }) => beganAtMs !== null && endedAtMs === null
    )
    const rows = living.map((live) => {
      live.logs.add("INFO", "the sandbox was stopped, and this runner with it", atMs)
      return [{ ...this.rowOf(live), endedAtMs: atMs }, live.logs.all()] satisfies PastRow
    })
    this.past.saveEventually(rows)
  }
}

const ignored = (): void => {}

/** Writes down every runner of this run. */
export const layer = Layer.effectDiscard(
  Effect.gen(function* () {
    const writer = new RunnerWriter(yield* Kernel, yield* PastRunners)
    ;(yield* Watching).add({ runnerChanged: (live, { state }) => writer.look(live, state) })
    yield* Effect.addFinalizer(() => Effect.sync(() => writer.end()))
  })
)
