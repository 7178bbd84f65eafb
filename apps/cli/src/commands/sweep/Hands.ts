import { Jobs, type WorkerLost } from "@ebb/sim/jobs/Jobs"
import type { Tell } from "@ebb/sim/jobs/Task"
import type { RehearsalSpec } from "@ebb/sim/spec/Spec"
import * as Trial from "@ebb/sim/sweep/Trial"
import { Effect, Layer } from "effect"
import * as Database from "../../cluster/Database.ts"
import { withJobs } from "../../jobs/WithJobs.ts"
import { type CliFailure, CommandFailed } from "../../kit/Errors.ts"
import { Output } from "../../kit/Output.ts"

/** A trial as those who run it are told of it. */
export interface Asked {
  readonly spec: RehearsalSpec
  readonly seed: number
  readonly hash: string
  readonly key: string
}

/** Who runs trials, and how many may be on their way at a time. */
export interface Hands {
  readonly atOnce: number
  /** Told how many trials are about to be asked for. */
  readonly expect: (trials: number) => void
  readonly run: (asked: Asked, tell: Tell) => Effect.Effect<Trial.TrialResult, WorkerLost | CommandFailed>
}

/** So many trials may be with a cluster, however many workers there are. */
const askedMax = 256

type Use = (hands: Hands) => Effect.Effect<void, WorkerLost | CliFailure, Output>

const clustered = (url: string, use: Use) =>
  Effect.gen(function* () {
    const { note } = yield* Output
    const [Member, Trials] = yield* Effect.promise(() =>
      Promise.all([import("../../cluster/Member.ts"), import("../../cluster/Trials.ts")])
    )
    const asking = Layer.provideMerge(Member.asking, Database.layer(url))
    const asked = Effect.gen(function* () {
      if (!(yield* Trials.isAnyoneThere)) {
        yield* note(`No worker is there yet. On each machine: ebb worker --cluster ${Database.shownOf(url)}\n`)
      }
      const ask = yield* Trials.ask
      const run: Hands["run"] = ({ hash, key, seed, spec }) =>
        Effect.mapError(ask(spec, hash, key, seed), (because) => new CommandFailed({ text: because.message, because }))
      return yield* use({ atOnce: askedMax, expect: () => {}, run })
    })
    return yield* Effect.provide(asked, asking)
  }).pipe(Effect.catchTag("ConfigError", Effect.die))

/** Finds those who are asked for on the command line: the threads of this machine, or a cluster. */
export const provide = (
  { cluster, jobs }: { readonly cluster?: string; readonly jobs?: number },
  use: Use
): Effect.Effect<void, CliFailure, Output> => {
  if (cluster !== undefined) return withJobs(clustered(cluster, use), 1)
  const local = Effect.flatMap(Jobs, ({ atOnce, expect, run }) =>
    use({ atOnce, expect, run: ({ seed, spec }, tell) => run(Trial.task, spec, seed, tell) })
  )
  return withJobs(local, jobs)
}
