import type { RolloutReport } from "@ebb/core/domain/RolloutReport"
import * as FateWords from "@ebb/protocol/live/FateWords"
import { assert, it } from "@effect/vitest"
import { Schema } from "effect"

const none = { drained: 0, errored: 0, retried: 0, cancelled: 0, unresolved: 0 }

const report = (state: RolloutReport["state"], fates: Partial<typeof none>, messagesLost = 0) => {
  const all = { ...none, ...fates }
  const atStart = Object.values(all).reduce((sum, count) => sum + count, 0)
  return { state, messagesLost, inFlight: { ...all, atStart } } as RolloutReport
}

it.each([
  ["finished", { drained: 3 }, "3 requests in flight, 3 drained, 0 errored"],
  ["finished", { retried: 1 }, "1 request in flight, 0 drained, 0 errored, 1 retried"],
  ["running", { drained: 1, unresolved: 2 }, "3 requests in flight, 1 drained, 0 errored, 2 still in flight"],
  [
    "interrupted",
    { cancelled: 1, unresolved: 2 },
    "3 requests in flight, 0 drained, 0 errored, 1 cancelled, 2 unresolved"
  ]
] as const)("says of one that is %s, with %j: %s", (state, fates, words) =>
  assert.strictEqual(FateWords.of(report(state, fates)), words)
)

const Count = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 3 }))
const Some = Schema.Struct({ drained: Count, errored: Count, retried: Count, cancelled: Count, unresolved: Count })

it.prop("adds up, whatever became of them", [Some], ([fates]) => {
  const [atStart = 0, ...parts] = FateWords.of(report("interrupted", fates)).match(/\d+/g)?.map(Number) ?? []
  assert.strictEqual(
    parts.reduce((sum, part) => sum + part, 0),
    atStart
  )
})
