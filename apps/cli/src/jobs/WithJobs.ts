import * as Jobs from "@ebb/sim/jobs/Jobs"
import type { WorkerLost } from "@ebb/sim/jobs/Jobs"
import * as WorkerPool from "@ebb/sim/jobs/WorkerPool"
import { Effect } from "effect"
import { availableParallelism } from "node:os"
import * as Argument from "../kit/Argument.ts"
import { CommandFailed } from "../kit/Errors.ts"
import { BadValue } from "../kit/Grammar.ts"
import { quote } from "../kit/Text.ts"
import { workerUrl } from "./WorkerUrl.ts"

const jobsMax = 256

const jobCount = (word: string): number => {
  const count = Number(word)
  if (/^\d+$/.test(word) && count >= 1 && count <= jobsMax) return count
  throw new BadValue(`must be a whole number from 1 to ${jobsMax}, got ${quote(word)}`)
}

/** What a command that simulates accepts about it. */
export const accepts = {
  jobs: Argument.parsed(
    "--jobs",
    jobCount,
    "simulate on N threads (default: one for each core, where that is sooner than one alone)",
    { metavar: "N" }
  )
}

/** Where less than this is left to do, workers do not pay: each compiles the simulator for itself. */
const untilLeftMs = 2000

const start = () => new Worker(workerUrl)

/** Runs it on so many threads; unless said otherwise, on as many as there are cores where that is sooner. */
export const withJobs = <A, E, R>(
  effect: Effect.Effect<A, E, R>,
  jobs?: number
): Effect.Effect<A, Exclude<E, WorkerLost> | CommandFailed, R> => {
  const most = jobs ?? availableParallelism()
  const alone = { untilLeftMs: jobs === undefined ? untilLeftMs : 0 }
  return most === 1 ? refusing(effect) : pooled(effect, { jobs: most, start, alone })
}

/** The same, with this thread left free for other work. */
export const onWorkers = <A, E, R>(
  effect: Effect.Effect<A, E, R>,
  jobs: number
): Effect.Effect<A, Exclude<E, WorkerLost> | CommandFailed, R> => pooled(effect, { jobs, start, alone: null })

const pooled = <A, E, R>(effect: Effect.Effect<A, E, R>, options: WorkerPool.Options) =>
  Effect.scoped(
    Effect.flatMap(WorkerPool.make(options), (pool) => Effect.provideService(refusing(effect), Jobs.Jobs, pool))
  ) as Effect.Effect<A, Exclude<E, WorkerLost> | CommandFailed, R>

const refusing = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.mapError(effect, (because) =>
    because instanceof Jobs.WorkerLost
      ? new CommandFailed({ text: `${because.message}. Run it again, or with --jobs 1 on one thread`, because })
      : (because as Exclude<E, WorkerLost>)
  )
