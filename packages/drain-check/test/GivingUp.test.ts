import { Exchange } from "@ebb/drain-check/client/Exchange"
import * as GivingUp from "@ebb/drain-check/traffic/GivingUp"
import { assert, describe, it } from "@effect/vitest"

const signalledAtMs = 10_000

/** A request, by the time from the signal. */
const call = (sentMs: number, endedMs: number): Exchange =>
  Object.assign(new Exchange(null, () => {}), {
    createdAtMs: signalledAtMs + sentMs,
    sentAtMs: signalledAtMs + sentMs,
    endedAtMs: signalledAtMs + endedMs
  })

const gaveUpAfterMs = (cutAfterMs: number, heldUpMs = 0, answeredAfterMs = 150): number | null =>
  GivingUp.afterMs([call(-400, cutAfterMs), call(-100, cutAfterMs + 10)], [], [call(-900, answeredAfterMs)], {
    signalledAtMs,
    killedAtMs: Infinity,
    endedAtMs: signalledAtMs + cutAfterMs + 20,
    listenerClosedAtMs: null,
    leastMs: 1000,
    heldUpMs
  })

describe("a server gave up", () => {
  it("when all that were left failed at one time, a while after it had answered others", () => {
    assert.strictEqual(gaveUpAfterMs(800), 800)
  })

  it("not where they failed with the signal", () => {
    assert.isNull(gaveUpAfterMs(300))
  })

  it("not where it may have answered those others before it had seen to the signal, and then stood still", () => {
    assert.isNull(gaveUpAfterMs(800, 0, 12))
    assert.isNull(gaveUpAfterMs(800, 70, 160))
  })

  it("not where the machine may have kept it from seeing to the signal until then", () => {
    assert.isNull(gaveUpAfterMs(800, 500))
  })
})
