import * as SignsOfLife from "@ebb/runtime/control/SignsOfLife"
import { Database } from "@ebb/runtime/store/Database"
import { MetaStore } from "@ebb/runtime/store/MetaStore"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"

describe("signs of life", () => {
  it.effect(
    "are left in each second in which something happens or a request is open, and that of the run before is known",
    () =>
      Effect.gen(function* () {
        const database = new Database(":memory:")
        const meta = new MetaStore(database)
        assert.strictEqual(SignsOfLife.last(meta), 0)
        meta.set("alive_ms", "7")
        assert.strictEqual(SignsOfLife.last(meta), 7)
        const state = { nowMs: 0 }
        const requests = { size: 0 }
        const sign = () => SignsOfLife.last(meta)
        yield* SignsOfLife.leave({ state, requests }, meta, (write) => database.eventually(write))
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
        database.close()
      })
  )
})
