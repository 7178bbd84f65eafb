import { Cause, Effect, Layer, Schedule } from "effect"
import * as Defects from "../edge/Defects.ts"
import * as Disk from "../edge/Disk.ts"
import { limits } from "../edge/Limits.ts"
import { Kernel } from "../kernel/Kernel.ts"
import { Files } from "../store/FileStore.ts"
import { RequestLedger } from "../store/LedgerStore.ts"
import { Queue } from "../store/QueueStore.ts"

const dayMs = 86_400_000
const pruneEvery = Schedule.spaced("1 minute")

/** Forgets, every minute, what is kept no longer (docs/architecture.md, the data directory). */
export const layer = Layer.effectDiscard(
  Effect.gen(function* () {
    const { world } = yield* Kernel
    const queue = yield* Queue
    const files = yield* Files
    const ledger = yield* RequestLedger
    const prune = Effect.sync(() => {
      const nowMs = Date.now()
      world.runners.forgetBefore(nowMs - dayMs)
      queue.prune(nowMs - limits.payloadDays * dayMs, limits.payloadBytes)
      files.prune(nowMs - limits.payloadDays * dayMs, limits.payloadBytes)
      ledger.prune()
    })
    const guarded = Effect.catchCause(prune, (cause) =>
      Effect.sync(() => {
        const error = Cause.squash(cause)
        const problem = Disk.problemOf(error)
        if (problem === null) Defects.log("Forgetting what is old", error)
        else Disk.note(problem)
      })
    )
    yield* Effect.forkScoped(Effect.schedule(guarded, pruneEvery))
  })
)
