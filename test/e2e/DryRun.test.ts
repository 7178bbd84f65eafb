import { afterAll, assert, it } from "vitest"
import { DryRunTrials, isCovered } from "./DryRunTrials.ts"

const trials = new DryRunTrials(1)
afterAll(() => trials.stop())

it("what a dry run says of a rollout is what then happens to the requests in flight", async () => {
  const all = (await trials.run(12)).filter(({ measure }) => measure !== "recoveryMs")
  // How late recovery is depends on the machine; `bun run dry-runs` looks at it too.
  const missed = all.filter((trial) => !isCovered(trial))
  assert.isAtMost(missed.length, all.length / 5, JSON.stringify(missed))
  for (const { happened, high, low, measure, mode } of all)
    if (mode === "force" && measure === "drained") assert.deepStrictEqual([low, high, happened], [0, 0, 0])
})
