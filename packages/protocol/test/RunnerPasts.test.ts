import { RunnerPasts } from "@ebb/protocol/live/RunnerPasts"
import type { RunnerView } from "@ebb/protocol/rest/Events"
import { assert, describe, it } from "@effect/vitest"
import { rollout, runner } from "./Samples.ts"

const ids = (pasts: ReadonlyArray<{ readonly first: RunnerView }>): ReadonlyArray<string> =>
  pasts.map(({ first }) => first.id)

describe("the pasts of runners", () => {
  it("tell who is in a rollout: who says so, and who was there and left before saying anything", () => {
    const pasts = new RunnerPasts()
    for (const id of ["said", "left"]) pasts.see(runner(id), true)
    pasts.see(runner("said", { state: "DRAINING", rollouts: ["r-1"] }), false)
    pasts.end("left", 2100)
    pasts.see(runner("came", { state: "PENDING" }), false)
    assert.deepStrictEqual(ids(pasts.membersOf(rollout)), ["said", "left"])
    assert.deepStrictEqual(ids(pasts.startedIn(rollout)), ["came"])
  })
  it("take a runner that a later snapshot does not name for ended", () => {
    const pasts = new RunnerPasts()
    pasts.see(runner("a", { rollouts: ["r-1"] }), true)
    pasts.keep(new Set(), 5000)
    assert.deepStrictEqual(
      pasts.membersOf(rollout).map(({ goneAtMs }) => goneAtMs),
      [5000]
    )
  })
  it("forget who ended long ago: memory does not grow with every runner that ever was", () => {
    const pasts = new RunnerPasts()
    const minuteMs = 60_000
    for (let n = 0; n < 10_000; n++) {
      pasts.see(runner(`runner-${n}`, { rollouts: ["r-1"] }), false)
      pasts.end(`runner-${n}`, n * minuteMs)
    }
    assert.isBelow(pasts.membersOf(rollout).length, 300)
  })
})
