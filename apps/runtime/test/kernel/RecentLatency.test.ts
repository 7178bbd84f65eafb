import { RecentLatency } from "@ebb/runtime/kernel/RecentLatency"
import { assert, describe, it } from "@effect/vitest"

const kept = 4096

const after = (latenciesMs: ReadonlyArray<number>, atMs: number): RecentLatency => {
  const recent = new RecentLatency()
  for (const latencyMs of latenciesMs) recent.record(latencyMs, atMs)
  return recent
}

const upTo = (count: number): ReadonlyArray<number> => Array.from({ length: count }, (_, at) => at + 1)

describe("the latencies of the last minute", () => {
  it("are those of the newest 4,096 requests, however many there were", () => {
    const summary = after(upTo(3 * kept + 5), Date.now()).summary()
    assert.deepInclude(summary, { count: kept, max: 3 * kept + 5, p50: 2 * kept + 5 + kept / 2 })
  })

  it("are none where none came within it, or all were forgotten", () => {
    assert.isNull(new RecentLatency().summary())
    assert.isNull(after(upTo(10), Date.now() - 61_000).summary())
    const recent = after(upTo(10), Date.now())
    recent.forget()
    assert.isNull(recent.summary())
  })
})
