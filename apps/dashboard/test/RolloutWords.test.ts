import * as RolloutWords from "@ebb/dashboard/live/RolloutWords"
import { assert, describe, it } from "vitest"

const finished = { state: "finished", ended: 2, runners: 2 } as const

describe("what the page says of a rollout", () => {
  it.each([
    [{ ...finished, recoveryMs: 0 }, "no slot was missed"],
    [{ ...finished, recoveryMs: 0, slotsMissed: 8 }, "8 slots missed later"],
    [{ ...finished, recoveryMs: 4200 }, "recovered in 4.2 s"],
    [{ ...finished, recoveryMs: null }, "finished, not recovered yet"],
    [{ ...finished, state: "running", ended: 1 } as const, "1 of 2 runners ended"]
  ])("%o: %s", (rollout, said) => {
    assert.strictEqual(RolloutWords.state(rollout), said)
  })
})
