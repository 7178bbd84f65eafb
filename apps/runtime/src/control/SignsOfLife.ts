import { Context, Effect, Layer, Schedule } from "effect"
import { Kernel } from "../kernel/Kernel.ts"
import { Sqlite } from "../store/Database.ts"
import { Meta } from "../store/MetaStore.ts"

const aliveKey = "alive_ms"

/** So often at least; more often only while requests are open, or something happens. */
const quietMs = 60_000

/** Until when the run before this one was there for certain, in wall milliseconds; this run leaves signs of its own. */
export class LastSign extends Context.Service<LastSign, number>()("@ebb/runtime/control/LastSign") {
  static readonly layer = Layer.effect(
    LastSign,
    Effect.gen(function* () {
      const database = yield* Sqlite
      const { state, world } = yield* Kernel
      const meta = yield* Meta
      const last = Number(meta.get(aliveKey) ?? 0)
      let writtenMs = 0
      let eventMs = state.nowMs
      let isOwed = false
      const leave = (): void => {
        const isQuiet = state.nowMs === eventMs && world.requests.size === 0
        if (isOwed || (isQuiet && Date.now() - writtenMs < quietMs)) return
        isOwed = true
        eventMs = state.nowMs
        database.eventually(() => {
          writtenMs = Date.now()
          meta.set(aliveKey, String(writtenMs))
          isOwed = false
        })
      }
      yield* Effect.forkScoped(Effect.schedule(Effect.sync(leave), Schedule.spaced("1 second")))
      return last
    })
  )
}
