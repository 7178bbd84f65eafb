import type { RolloutRecord } from "@ebb/core/tables/Records"
import { RunnerState } from "@ebb/core/tables/RunnerState"
import { MemberEnds } from "@ebb/runtime/control/MemberEnds"
import * as Turns from "@ebb/runtime/kernel/Turns"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"

type Rollout = { -readonly [Key in "members" | "finishedAtMs"]: RolloutRecord[Key] }

const rolloutOf = (members: number): Rollout => ({ members: Array(members), finishedAtMs: null })

const ends = (to: MemberEnds<Rollout>, rollout: Rollout, state: RunnerState = RunnerState.TERMINATED): void =>
  to.runnerChanged({ state, memberships: [{ rollout }] })

const setUp = () => {
  const noted: Array<Rollout> = []
  return { noted, all: new MemberEnds<Rollout>((rollout) => noted.push(rollout)) }
}

describe("a rollout whose runners end", () => {
  it("is written once for all that end in one event, where they are few", async () => {
    const { all, noted } = setUp()
    const [one, other] = [rolloutOf(Turns.portion), rolloutOf(1)]
    ends(all, one, RunnerState.TERMINATING)
    for (let n = 0; n < 3; n++) ends(all, one)
    ends(all, other)
    assert.deepStrictEqual(noted, [])
    await new Promise(setImmediate)
    await new Promise(setImmediate)
    assert.deepStrictEqual(noted, [one, other])
    ends(all, one)
    await Promise.resolve()
    assert.strictEqual(noted.length, 3)
  })

  it("is not written for that once it has finished", async () => {
    const { all, noted } = setUp()
    const rollout = rolloutOf(2)
    ends(all, rollout)
    rollout.finishedAtMs = 1
    await new Promise(setImmediate)
    assert.deepStrictEqual(noted, [])
  })

  it.effect("is written once a second where they are many, and not while none ends", () =>
    Effect.gen(function* () {
      const { all, noted } = setUp()
      yield* all.everySecond
      const rollout = rolloutOf(Turns.portion + 1)
      for (let n = 0; n < 1000; n++) ends(all, rollout)
      yield* TestClock.adjust("999 millis")
      assert.strictEqual(noted.length, 0)
      yield* TestClock.adjust("1 milli")
      assert.strictEqual(noted.length, 1)
      yield* TestClock.adjust("5 seconds")
      assert.strictEqual(noted.length, 1)
      ends(all, rollout)
      yield* TestClock.adjust("1 second")
      assert.strictEqual(noted.length, 2)
    })
  )
})
