import { Context, type Effect, Schema } from "effect"
import type { RehearsalSpec } from "../spec/Spec.ts"
import type { Task, Tell } from "./Task.ts"

/** A worker ended before its work was done: that is never the work's own doing. */
export class WorkerLost extends Schema.TaggedError<WorkerLost>()("WorkerLost", {
  task: Schema.String,
  reason: Schema.String
}) {
  override get message(): string {
    return `a worker thread ended while it had work to do (${this.task}): ${this.reason}`
  }
}

/**
 * Who does the work of an experiment. Whoever has much to do asks for `atOnce` jobs at a time and puts the results together
 * in the order of the jobs, so that they do not depend on who did them.
 *
 * @example
 * ```ts
 * import { Jobs, Presets, SeedRuns, Spec } from "@ebb/sim"
 * import { Effect, Result } from "effect"
 *
 * const set = ["run.for=45m"]
 * const spec = Result.getOrThrow(Spec.parse(Presets.presets.media, { file: "media", readFile: () => "", set }))
 * const seeds = Effect.gen(function* () {
 *   const jobs = yield* Jobs.Jobs
 *   return yield* Effect.forEach([1, 2], (seed) => jobs.run(SeedRuns.task, spec, seed), { concurrency: jobs.atOnce })
 * })
 * console.log((await Effect.runPromise(seeds)).length)
 * ```
 */
export interface Jobs {
  /** So many jobs go on at a time; more wait for their turn. */
  readonly atOnce: number
  /** Told how many jobs are about to be asked for: others are called in where they pay. */
  readonly expect: (jobs: number) => void
  /** Does one job. A job that is interrupted ends at once. */
  readonly run: <In, Out>(
    task: Task<In, Out>,
    spec: RehearsalSpec,
    input: In,
    tell?: Tell
  ) => Effect.Effect<Out, WorkerLost>
}

/** All work on the thread of the one who asks, one job after another. */
export const here: Jobs = {
  atOnce: 1,
  expect: () => {},
  run: (task, spec, input, tell = () => {}) => task.run(spec, input, tell)
}

/** Who does the work; on the thread of the one who asks, unless said otherwise. */
export const Jobs = Context.Reference<Jobs>("@ebb/sim/Jobs", { defaultValue: () => here })
