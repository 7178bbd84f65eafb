import { Arrivals } from "@ebb/protocol/live/Arrivals"
import { assert, describe, it } from "vitest"

const steady = (arrivals: Arrivals, fromMs: number, untilMs: number) => {
  for (let atMs = fromMs; atMs <= untilMs; atMs += 125) arrivals.add(atMs, 1000 + (atMs - fromMs) / 125)
}

describe("requests a second", () => {
  it("are known soon after a page was opened on a load that has run for long", () => {
    const arrivals = new Arrivals()
    steady(arrivals, 0, 2500)
    assert.strictEqual(arrivals.perSecond(2500), 8)
  })

  it("are not guessed in the first second", () => {
    const arrivals = new Arrivals()
    steady(arrivals, 0, 500)
    assert.strictEqual(arrivals.perSecond(500), null)
  })

  it("are those of the last ten seconds, and none when nothing came in them", () => {
    const arrivals = new Arrivals()
    steady(arrivals, 0, 30_000)
    assert.strictEqual(arrivals.perSecond(30_000), 8)
    assert.strictEqual(arrivals.perSecond(41_000), 0)
  })
})
