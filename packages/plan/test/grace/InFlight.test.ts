import * as Curve from "@ebb/plan/grace/Curve"
import { Kept, requestsIn } from "@ebb/plan/grace/InFlight"
import { assert, it } from "vitest"

const looks = 20
const perLook = 50

/** At each look 50 requests, the n-th of which has n − 1 s left and came through the queue if n is even. */
const kept = (most?: number) => {
  const sample = new Kept(most)
  for (let look = 0; look < looks; look++) {
    for (let n = 0; n < perLook; n++)
      sample.add({ endsInMs: n * 1000, isTimingOut: false, ageMs: look * 1000, isQueued: n % 2 === 1 })
    sample.end()
  }
  return sample.all()
}

it("keeps what it has room for", () => {
  const { each, ends, endsInMs } = kept()
  assert.strictEqual(each, 1)
  assert.lengthOf(endsInMs, looks * perLook)
  assert.deepStrictEqual(ends.slice(0, 2), [perLook, 2 * perLook])
})

it("of more keeps every fourth, at the look that it belongs to, and counts it for four", () => {
  const { ageMs, each, ends, endsInMs } = kept(300)
  assert.strictEqual(each, 4)
  assert.deepStrictEqual(
    [...endsInMs],
    Array.from({ length: (looks * perLook) / 4 }, (_, at) => ((at * 4) % perLook) * 1000)
  )
  for (const [look, end] of ends.entries()) {
    assert.strictEqual(end, Math.ceil(((look + 1) * perLook) / 4))
    assert.strictEqual(ageMs[end - 1], look * 1000)
  }
})

it("says nearly the same of a grace period from a part as from all", () => {
  const [all, part] = [Curve.pointAt([kept()], 30), Curve.pointAt([kept(300)], 30)]
  assert.strictEqual(all.count.mean, 19)
  assert.closeTo(part.count.mean, 19, 1)
  assert.closeTo(part.share.mean, all.share.mean, 0.02)
  assert.closeTo(part.lostWorkSeconds.mean, all.lostWorkSeconds.mean, 0.1 * all.lostWorkSeconds.mean)
})

it("counts a request once, however many looks see it", () => {
  const sample = new Kept()
  // A look a second: one of 2.5 s is there at three of them, and in between another comes and goes.
  for (const ages of [[100], [1100, 400], [2100]]) {
    for (const ageMs of ages) sample.add({ endsInMs: 500, isTimingOut: false, ageMs, isQueued: false })
    sample.end()
  }
  assert.strictEqual(requestsIn([sample.all()], 1000), 2)
  // Of many the ages of all looks here grow with the look: those of the first, and none that comes later.
  assert.strictEqual(requestsIn([kept()], 500), perLook)
  assert.closeTo(requestsIn([kept(300)], 500), perLook, 4)
})
