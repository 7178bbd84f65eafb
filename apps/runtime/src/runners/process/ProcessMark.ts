import * as Orphans from "@ebb/processes/Orphans"
import { Context, Effect, Layer } from "effect"
import { Meta } from "../../store/MetaStore.ts"

const markKey = "mark"

/** What the processes of this data directory carry in their environment, to be found by after a crash. */
export class ProcessMark extends Context.Service<ProcessMark, string>()("@ebb/runtime/runners/ProcessMark") {
  /** Processes that an earlier run has left are killed at the beginning, those of this one at its end. */
  static readonly layer = Layer.effect(
    ProcessMark,
    Effect.gen(function* () {
      const meta = yield* Meta
      const mark = meta.get(markKey) ?? crypto.randomUUID()
      meta.set(markKey, mark)
      const killAll = Effect.promise(() => Orphans.killAll(mark))
      yield* killAll
      yield* Effect.addFinalizer(() => killAll)
      return mark
    })
  )
}
