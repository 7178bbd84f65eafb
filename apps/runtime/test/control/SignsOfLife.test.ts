import { LastSign } from "@ebb/runtime/control/SignsOfLife"
import { Kernel } from "@ebb/runtime/kernel/Kernel"
import { Database, Sqlite } from "@ebb/runtime/store/Database"
import { Meta, MetaStore } from "@ebb/runtime/store/MetaStore"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { TestClock } from "effect/testing"

describe("signs of life", () => {
  it.effect(
    "are left in each second in which something happens or a request is open, and the last of the run before is known",
    () =>
      Effect.gen(function* () {
        const database = new Database(":memory:")
        const meta = new MetaStore(database)
        meta.set("alive_ms", "7")
        const state = { nowMs: 0 }
        const requests = { size: 0 }
        const layer = LastSign.layer.pipe(
          Layer.provide([
            Layer.succeed(Sqlite, database),
            Layer.succeed(Meta, meta),
            Layer.succeed(Kernel, { state, world: { requests } } as unknown as Kernel["Service"])
          ])
        )
        const sign = () => Number(meta.get("alive_ms"))
        yield* Effect.gen(function* () {
          assert.strictEqual(yield* LastSign, 7)
          yield* TestClock.adjust("1 second")
          const first = sign()
          assert.isAbove(first, 7)
          meta.set("alive_ms", "0")
          yield* TestClock.adjust("10 seconds")
          assert.strictEqual(sign(), 0)
          for (const busy of [() => (state.nowMs = 1), () => (requests.size = 1)]) {
            meta.set("alive_ms", "0")
            busy()
            yield* TestClock.adjust("1 second")
            assert.isAtLeast(sign(), first)
          }
        }).pipe(Effect.provide(layer))
        database.close()
      })
  )
})
