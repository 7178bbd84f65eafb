import { Exchange } from "@ebb/drain-check/client/Exchange"
import * as Reaction from "@ebb/drain-check/traffic/Reaction"
import { assert, describe, it } from "@effect/vitest"

const signalledAtMs = performance.now()

/** A request and its answer, by the time from the signal. */
const call = (sentMs: number, endedMs: number, spokeMs: number | null = null): Exchange =>
  Object.assign(new Exchange(null, () => {}), {
    createdAtMs: signalledAtMs + sentMs,
    sentAtMs: signalledAtMs + sentMs,
    endedAtMs: signalledAtMs + endedMs,
    spokeAtMs: spokeMs === null ? null : signalledAtMs + spokeMs
  })

const seen = (answered: ReadonlyArray<Exchange>, leastMs: number | null = 500) => ({ all: answered, answered, leastMs })

const reactedWithin = (calls: ReadonlyArray<Exchange>, closedMs: number | null, aliveMs: number): number | null => {
  const ms = Reaction.atLatestMs(seen(calls), {
    signalledAtMs,
    closedAtLatestMs: closedMs === null ? null : signalledAtMs + closedMs,
    lastAliveAtMs: signalledAtMs + aliveMs
  })
  return ms === null ? null : Math.round(ms - signalledAtMs)
}

describe("a server has come to see to the signal", () => {
  it("when its listener was closed and it lived on", () => {
    assert.strictEqual(reactedWithin([call(-400, 900)], 30, 950), 30)
  })

  it("a while after it sent something: it was awake then", () => {
    assert.strictEqual(reactedWithin([call(-400, 900, 140), call(-300, 900, 200)], null, 950), 240)
    assert.strictEqual(reactedWithin([call(-400, 900, 140)], 300, 950), 240)
  })

  it("as soon as it answers, where that was on time", () => {
    assert.strictEqual(reactedWithin([call(-400, 101), call(-200, 399, 399)], null, 500), 100)
  })

  it("nobody knows when, where it was late with its answers and ended then", () => {
    assert.isNull(reactedWithin([call(-400, 700, 690)], null, 700))
    assert.isNull(reactedWithin([call(-400, 101), call(-200, 900)], null, 950))
  })
})

describe("a request was waited for", () => {
  const at = (ms: number) => signalledAtMs + ms

  it("if it cannot have been answered before the server saw to the signal", () => {
    const answered = [call(-450, 50), call(-300, 200), call(-100, 400)]
    assert.strictEqual(Reaction.waitedFor(seen(answered), at(100)), 2)
  })

  it("if the server was seen to have it in hand with its listener closed", () => {
    const awaited = Object.assign(call(-450, 900), { wasAwaited: true })
    assert.strictEqual(Reaction.waitedFor(seen([awaited]), at(100)), 1)
  })

  it("not because its answer was read late", () => {
    assert.strictEqual(Reaction.waitedFor(seen([call(-450, 900)]), at(100)), 0)
  })

  it("not if it was answered sooner than usual, as when all are answered at once", () => {
    assert.strictEqual(Reaction.waitedFor(seen([call(-100, 10), call(-50, 12)]), at(5)), 0)
  })

  it("as far as anybody knows, not where nothing tells when the server saw to the signal or what answers take", () => {
    assert.strictEqual(Reaction.waitedFor(seen([call(-100, 400)]), null), 0)
    assert.strictEqual(Reaction.waitedFor(seen([call(-100, 400)], null), at(5)), 0)
  })
})
