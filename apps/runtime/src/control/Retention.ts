import { Cause, Effect, Layer, Schedule } from "effect"
import * as Defects from "../edge/Defects.ts"
import * as Disk from "../edge/Disk.ts"
import { limits } from "../edge/Limits.ts"
import { Kernel } from "../kernel/Kernel.ts"
import { Directory } from "../store/DataDirectory.ts"
import { Deleted } from "../store/DeletedStore.ts"
import { Files } from "../store/FileStore.ts"
import * as HostLog from "../store/HostLog.ts"
import { PastRunners } from "../store/PastRunnerStore.ts"
import { RequestLedger } from "../store/LedgerStore.ts"
import { TeamFiles } from "../store/TeamFileStore.ts"
import { Payloads } from "../store/PayloadStore.ts"

const dayMs = 86_400_000
const pruneEvery = Schedule.spaced("1 minute")

/** Does it again and again until nothing is left to do; between, all others have their turn. */
const inSlices = Effect.fnUntraced(function* (some: () => boolean) {
  while (some()) yield* Effect.promise(() => new Promise(setImmediate))
})

/** Forgets, every minute, what is kept no longer (docs/architecture.md, the data directory). */
export const layer = Layer.effectDiscard(
  Effect.gen(function* () {
    const { world } = yield* Kernel
    const past = yield* PastRunners
    const payloads = yield* Payloads
    const files = yield* Files
    const teamFiles = yield* TeamFiles
    const ledger = yield* RequestLedger
    const deleted = yield* Deleted
    const directory = yield* Directory
    const prune = Effect.gen(function* () {
      const nowMs = Date.now()
      const beforeMs = nowMs - limits.payloadDays * dayMs
      const { gone, silent } = world.runners.forgetEnded({ beforeMs: nowMs - dayMs, ...limits })
      past.forget(gone)
      past.forgetLogs(silent)
      teamFiles.forget(files.prune(beforeMs, limits.payloadBytes, limits.files))
      HostLog.trim(directory.file("ebb.log"))
      yield* inSlices(() => payloads.prune(beforeMs, limits.payloadBytes))
      yield* inSlices(() => ledger.prune())
      yield* inSlices(() => ledger.tidyNumbers())
      yield* inSlices(() => deleted.forgetRevisions())
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
