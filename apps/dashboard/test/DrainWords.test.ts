import * as DrainWords from "@ebb/dashboard/views/DrainWords"
import { assert, describe, it } from "vitest"

const runner = {
  id: "runner-1",
  stateAtStart: "RUNNING",
  inFlightAtStart: 3,
  drained: 3,
  errored: 0,
  retried: 0,
  cancelled: 0,
  drainMs: 800,
  graceExceeded: false,
  endedBy: "drained"
} as const
const killed = { ...runner, graceExceeded: true, endedBy: "grace_exceeded" } as const
const errored = { ...killed, drained: 1, errored: 2 }
const retried = { ...killed, drained: 2, retried: 1 }
const timedOut = { ...errored, lost: 0 }

const rollout = { startedAtMs: 0, finishedAtMs: 60_000, state: "finished" } as const

describe("the runners of a rollout in a line", () => {
  it.each([
    [[runner], "1 runner, in 1 min"],
    [[killed, killed, runner], "3 runners, in 1 min, 2 killed at the end of the grace period with no request left"],
    [[errored, retried], "2 runners, in 1 min, 2 cut at the end of the grace period"],
    [[timedOut], "1 runner, in 1 min, 1 killed at the end of the grace period with no request left"],
    [[{ ...errored, lost: 1 }], "1 runner, in 1 min, 1 cut at the end of the grace period"],
    [
      [errored, killed],
      "2 runners, in 1 min, 1 cut at the end of the grace period, 1 killed at the end of the grace period with no request left"
    ]
  ])("counts as cut those that lost a request: %#", (runners, said) => {
    assert.strictEqual(DrainWords.summary({ ...rollout, runners }), said)
  })
})
