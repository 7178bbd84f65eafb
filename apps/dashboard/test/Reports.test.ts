import { Reports } from "@ebb/dashboard/live/Reports"
import { mayReach } from "@ebb/dashboard/live/RolloutLane"
import type { RolloutSummary } from "@ebb/protocol/rest/Shapes"
import { assert, describe, it } from "vitest"

const ids = Array.from({ length: 20 }, (_, at) => `r-${20 - at}`)

/** A sandbox that answers when it is told to, and what it was asked. */
const slow = () => {
  const asked: Array<string> = []
  const open: Array<() => void> = []
  const reports = new Reports((id) => {
    asked.push(id)
    return new Promise((answer) => open.push(answer))
  })
  const answer = async (): Promise<void> => {
    open.shift()?.()
    await Bun.sleep(0)
  }
  return { asked, open, reports, answer }
}

describe("the reports that a page reads", () => {
  it("are all read in their order, a few at a time, and each once while it is wanted again and again", async () => {
    const { answer, asked, open, reports } = slow()
    reports.want(ids)
    const most = open.length
    assert.isBelow(most, 8)
    while (open.length > 0) {
      reports.want(ids.filter((id) => ids.indexOf(id) >= asked.length - open.length))
      assert.isAtMost(open.length, most)
      await answer()
    }
    assert.deepStrictEqual(asked, ids)
  })

  it("are read once more where something happened meanwhile", async () => {
    const { answer, asked, reports } = slow()
    reports.ask(["r-1"])
    reports.ask(["r-1"])
    assert.deepStrictEqual(asked, ["r-1"])
    await answer()
    assert.deepStrictEqual(asked, ["r-1", "r-1"])
  })
})

describe("the rollouts of a time", () => {
  it("are those that began in it, and the last one before", () => {
    const rollouts = [50, 40, 30, 20, 10].map((second) => {
      const startedAt = new Date(second * 1000).toISOString()
      return { id: `at ${second}`, startedAt } as RolloutSummary
    })
    const from = (fromMs: number) => mayReach(rollouts, { fromMs, toMs: 60_000 }).map(({ id }) => id)
    assert.deepStrictEqual(from(35_000), ["at 50", "at 40", "at 30"])
    assert.strictEqual(from(0).length, 5)
    assert.deepStrictEqual(mayReach([], { fromMs: 0, toMs: 1 }), [])
  })
})
