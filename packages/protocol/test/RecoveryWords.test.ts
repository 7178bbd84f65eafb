import type { RolloutReport } from "@ebb/core/domain/RolloutReport"
import * as RecoveryWords from "@ebb/protocol/live/RecoveryWords"
import { assert, it } from "@effect/vitest"

const report = (part: Partial<RolloutReport>, recoveryMs: number | null) =>
  ({
    runners: [{}, {}],
    startedAtMs: 1000,
    capacity: { slotsReadyBefore: 4, slotsReadyLowest: 1, recoveryMs },
    ...part
  }) as RolloutReport

it.each([
  ["running", null, null, ["2 runners, running", "not recovered yet"]],
  ["finished", 4000, null, ["2 runners in 3.0 s", "not recovered yet"]],
  ["finished", 4000, 6000, ["2 runners in 3.0 s", "recovered after 6.0 s"]],
  ["interrupted", 4000, null, ["2 runners, interrupted after 3.0 s"]],
  ["interrupted", null, null, ["2 runners, interrupted"]],
  ["interrupted", 4000, 2000, ["2 runners, interrupted after 3.0 s", "recovered after 2.0 s"]]
] as const)("says of one that is %s, over at %s, recovered after %s: %j", (state, finishedAtMs, recoveryMs, parts) =>
  assert.deepStrictEqual(RecoveryWords.partsOf(report({ state, finishedAtMs }, recoveryMs)), [...parts])
)
