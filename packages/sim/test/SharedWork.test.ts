import { SharedWork } from "@ebb/sim/world/SharedWork"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { refusal } from "./Refusals.ts"
import { specOf } from "./SpecOf.ts"

const job = (slot: number) => ({ slot, epoch: 1, deadlineMs: Infinity })

describe("requests that share a runner", () => {
  it("are done one step of the clock later where what is left of them is too little to be told", () => {
    const startMs = 1e12
    const work = new SharedWork({ interference: 1, warmUp: null }, startMs)
    work.add(startMs, job(1), 1e-6)
    const doneMs = work.next()
    expect(doneMs).toBeGreaterThan(startMs)
    expect(doneMs - startMs).toBeLessThan(0.001)
    work.advance(doneMs)
    expect(work.takeDone()?.slot).toBe(1)
  })

  it("take, all together, as long as theory has it for any that begin at once", () => {
    const services = fc.array(fc.integer({ min: 1, max: 10_000 }), { minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(services, fc.double({ min: 0, max: 2, noNaN: true }), (all, interference) => {
        const work = new SharedWork({ interference, warmUp: null }, 0)
        for (const [slot, ms] of all.entries()) work.add(0, job(slot), ms)
        // The shortest first: while n are left each second of work takes 1 + interference (n − 1) seconds.
        const sorted = [...all].sort((a, b) => a - b)
        const expected = sorted.reduce(
          (sum, ms, at) => sum + (ms - (sorted[at - 1] ?? 0)) * (1 + interference * (sorted.length - at - 1)),
          0
        )
        let nowMs = 0
        for (let left = all.length; left > 0;) {
          nowMs = work.next()
          work.advance(nowMs)
          while (work.takeDone() !== null) left--
        }
        expect(nowMs).toBeCloseTo(expected, 4)
        expect(work.next()).toBe(Infinity)
      }),
      { seed: 1 }
    )
  })

  it("say how long each would still take, which is when it is done if none comes", () => {
    const work = new SharedWork({ interference: 0.5, warmUp: { kind: "time", forMs: 5000, factor: 2 } }, 0)
    work.add(0, job(1), 4000)
    work.add(1000, job(2), 1000)
    const [first, second] = [1, 2].map((slot) => work.remainingMs(1000, { slot, epoch: 1 }, 0)!)
    work.next()
    work.advance(1000 + second!)
    expect(work.takeDone()?.slot).toBe(2)
    expect(work.next()).toBeCloseTo(1000 + first!, 6)
    expect(work.remainingMs(1000, { slot: 3, epoch: 1 }, 0)).toBeNull()
  })

  it("say so also where the timeout of others leaves it more of the runner, and where that is held for a while", () => {
    const ms = fc.integer({ min: 1, max: 10_000 })
    const all = fc.array(fc.record({ serviceMs: ms, deadlineMs: ms }), { minLength: 1, maxLength: 8 })
    const heldUntilMs = fc.oneof(fc.constant(0), ms)
    fc.assert(
      fc.property(all, heldUntilMs, fc.double({ min: 0, max: 2, noNaN: true }), (those, heldMs, interference) => {
        const work = new SharedWork({ interference, warmUp: null }, 0)
        for (const [slot, { deadlineMs, serviceMs }] of those.entries())
          work.add(0, { slot, epoch: 1, deadlineMs }, serviceMs)
        const foreseen = those.map((_, slot) => work.remainingMs(0, { slot, epoch: 1 }, heldMs)!)
        const doneMs = those.map(() => Infinity)
        for (let nowMs = Math.max(heldMs, work.next()); nowMs < Infinity; nowMs = work.next()) {
          work.advance(nowMs)
          for (let done = work.takeDone(); done !== null; done = work.takeDone()) doneMs[done.slot] = nowMs
          work.dropOverdue(nowMs)
        }
        for (const [slot, atMs] of doneMs.entries()) {
          if (atMs < Infinity) expect(foreseen[slot]).toBeCloseTo(atMs, 4)
          else expect(foreseen[slot]).toBeGreaterThan(those[slot]!.deadlineMs - 1e-6)
        }
      }),
      { seed: 1 }
    )
  })
})

describe("in a spec", () => {
  it("pace is absent where nothing is said, so a request costs nothing more", () => {
    expect(specOf({}).runner.pace).toBeNull()
    expect(specOf({ runner: { interference: 0 } }).runner.pace).toBeNull()
    expect(specOf({ runner: { interference: 0.04, warm_up: { for: "60s", factor: 2 } } }).runner.pace).toEqual({
      interference: 0.04,
      warmUp: { kind: "time", forMs: 60_000, factor: 2 }
    })
  })

  it("is refused with what would be right", () => {
    expect(refusal("runner: { interference: -1 }")).toMatchInlineSnapshot(
      `"ebb.yaml:1: runner.interference: must be a number from 0 to 100, got -1"`
    )
    expect(refusal("runner: { warm_up: { requests: 10 } }")).toMatchInlineSnapshot(
      `"ebb.yaml:1: runner.warm_up.factor: is missing; it must be a number from 1 to 1000"`
    )
    expect(refusal("runner: { warm_up: { for: 60s, requests: 3, factor: 2 } }")).toMatchInlineSnapshot(
      `"ebb.yaml:1: runner.warm_up: must have one of requests and for"`
    )
    expect(refusal("runner: { warm_up: { for: 60s, factor: 0.5 } }")).toMatchInlineSnapshot(
      `"ebb.yaml:1: runner.warm_up.factor: must be a number from 1 to 1000, got 0.5"`
    )
  })
})
