import { Context, Effect, Layer, Schedule } from "effect"
import { Kernel } from "../kernel/Kernel.ts"
import { Sqlite } from "../store/Database.ts"
import { Meta, type MetaStore } from "../store/MetaStore.ts"

const aliveKey = "alive_ms"

const quietMs = 60_000

/** The last sign so far, in wall milliseconds; 0 without any. */
export const last = (meta: MetaStore): number => Number(meta.get(aliveKey) ?? 0)

interface Watched {
  readonly state: { readonly nowMs: number }
  readonly requests: { readonly size: number }
}

/** Says each second in which something happens or a request is open, else each minute, that this run is there. */
export const leave = ({ requests, state }: Watched, meta: MetaStore, eventually: (write: () => void) => void) => {
  let writtenMs = 0
  let eventMs = state.nowMs
  let isOwed = false
  const look = (): void => {
    const isQuiet = state.nowMs === eventMs && requests.size === 0
    if (isOwed || (isQuiet && Date.now() - writtenMs < quietMs)) return
    isOwed = true
    eventMs = state.nowMs
    eventually(() => {
      writtenMs = Date.now()
      meta.set(aliveKey, String(writtenMs))
      isOwed = false
    })
  }
  return Effect.forkScoped(Effect.schedule(Effect.sync(look), Schedule.spaced("1 second")))
}

/** Until when the run before this one was there for certain, in wall milliseconds; this run leaves signs of its own. */
export class LastSign extends Context.Service<LastSign, number>()("@ebb/runtime/control/LastSign") {
  static readonly layer = Layer.effect(
    LastSign,
    Effect.gen(function* () {
      const database = yield* Sqlite
      const { state, world } = yield* Kernel
      const meta = yield* Meta
      const before = last(meta)
      yield* leave({ state, requests: world.requests }, meta, (write) => database.eventually(write))
      return before
    })
  )
}
