import { Exchange } from "@ebb/drain-check/client/Exchange"
import * as Reaction from "@ebb/drain-check/traffic/Reaction"
import { assert, describe, it } from "@effect/vitest"

// A whole number, so that sums are exact.
const signalledAtMs = 10_000

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
    lastAliveAtMs: signalledAtMs + aliveMs,
    heldUpMs: 0
  })
  return ms === null ? null : Math.round(ms - signalledAtMs)
}

describe("a server has come to see to the signal", () => {
  it("when its listener was closed and it lived on", () => {
    assert.strictEqual(reactedWithin([call(-400, 900)], 30, 950), 30)
  })

  it("a while after it sent something in another turn: it was awake then", () => {
    assert.strictEqual(reactedWithin([call(-400, 900, 140), call(-300, 900, 200)], null, 950), 300)
    assert.strictEqual(reactedWithin([call(-400, 900, 140), call(-300, 900, 200)], 250, 950), 250)
  })

  it("not when it sent what may be from before the signal, then stood still, and answered all that was due at once", () => {
    const due = [-500, -300, -100].map((sentMs) => call(sentMs, 906, 905))
    assert.isNull(reactedWithin([call(-488, 12, 12), ...due], null, 911))
  })

  it("as soon as it answers, where that was on time", () => {
    assert.strictEqual(reactedWithin([call(-400, 101), call(-200, 399, 399)], null, 500), 100)
  })

  it("nobody knows when, where it was late with its answers and ended then", () => {
    assert.isNull(reactedWithin([call(-400, 700, 690)], null, 700))
    assert.isNull(reactedWithin([call(-400, 101), call(-200, 900)], null, 950))
  })
})

const waitedFor = (calls: ReadonlyArray<Exchange>, leastMs: number | null, reactedMs: number | null, heldUpMs = 0) =>
  Reaction.waitedFor(seen(calls, leastMs), reactedMs === null ? null : signalledAtMs + reactedMs, { heldUpMs })

describe("a request was waited for", () => {
  it("if it cannot have been answered before the server saw to the signal", () => {
    assert.strictEqual(waitedFor([call(-450, 50), call(-300, 200), call(-100, 400)], 500, 100), 2)
  })

  it("if the server was seen to have it in hand with its listener closed", () => {
    const awaited = Object.assign(call(-450, 900), { wasAwaited: true })
    assert.strictEqual(waitedFor([awaited], 500, 100), 1)
  })

  it("not because its answer was read late", () => {
    assert.strictEqual(waitedFor([call(-450, 900)], 500, 100), 0)
  })

  it("not if all answers may have been read late", () => {
    assert.strictEqual(waitedFor([call(-300, 200)], 500, 100, 150), 0)
  })

  it("not if a long one was nearly over", () => {
    assert.strictEqual(waitedFor([call(-1500, 500)], 2000, 100), 0)
    assert.strictEqual(waitedFor([call(-800, 1200)], 2000, 100), 1)
  })

  it("not if it was answered sooner than usual, as when all are answered at once", () => {
    assert.strictEqual(waitedFor([call(-100, 10), call(-50, 12)], 500, 5), 0)
  })

  it("as far as anybody knows, not where nothing tells when the server saw to the signal or what answers take", () => {
    assert.strictEqual(waitedFor([call(-100, 400)], 500, null), 0)
    assert.strictEqual(waitedFor([call(-100, 400)], null, 5), 0)
  })
})
