import { afterAll, assert, it } from "vitest"
import { DryRunTrials, isCovered } from "./DryRunTrials.ts"

const trials = new DryRunTrials(1)
afterAll(() => trials.stop())

it("has requests come as it is told: to replace first meets those that come meanwhile", async () => {
  await trials.serve()
  const queued = { afterMs: 20, kind: "queued" } as const
  const [none, many] = [await trials.foreseen([]), await trials.foreseen([queued])]
  const metBy = ({ ways }: typeof none) => ways.find(({ mode }) => mode === "replace")!.inFlight.atStart
  // Runners are replaced one by one: each is told to stop with what has come until then.
  assert.isAbove(metBy(many).mean, metBy(none).high)
})

it("what a dry run says of a rollout is what then happens to the requests in flight", async () => {
  const all = (await trials.run(12)).filter(({ measure }) => measure !== "recoveryMs")
  // How late recovery is depends on the machine; `bun run dry-runs` looks at it too.
  const missed = all.filter((trial) => !isCovered(trial))
  assert.isAtMost(missed.length, all.length / 5, JSON.stringify(missed))
  for (const { happened, high, low, measure, mode } of all)
    if (mode === "force" && measure === "drained") assert.deepStrictEqual([low, high, happened], [0, 0, 0])
})
