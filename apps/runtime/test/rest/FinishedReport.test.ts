import * as Api from "@ebb/protocol/rest/Api"
import { afterEach, assert, beforeEach, describe, it } from "@effect/vitest"
import { Restarted, spec } from "../Restarted.ts"

const tenMinutesMs = 600_000

describe("the report of a rollout that is over", () => {
  let sandbox: Restarted

  beforeEach(() => {
    sandbox = new Restarted()
    sandbox.speed = 500
  })

  afterEach(() => sandbox.remove())

  const report = () => sandbox.ask(Api.rolloutReport, { params: { rollout: "last" }, query: {} })

  const summary = async () => (await sandbox.ask(Api.listRollouts, { params: {}, query: {} })).rollouts[0]!

  it.each([{ order: "stop_first" }, { order: "replace_first" }, { force: true }] as const)(
    "is the same ten minutes later: %o",
    async (how) => {
      await sandbox.up(spec("200s"))
      const sent = [await sandbox.submit("llm"), await sandbox.submit("llm")]
      await sandbox.ask(Api.rollout, { params: { app: "llm" }, query: {}, body: how })
      for (const id of sent) await sandbox.settled(id)
      const first = await sandbox.until(
        report,
        ({ capacity, state }) => state === "finished" && capacity.recoveryMs !== null
      )
      assert.strictEqual((await summary()).recoveryMs, first.capacity.recoveryMs)
      const { clock } = sandbox.kernel.world
      const untilMs = clock.nowMs() + tenMinutesMs
      // Later traffic and a scaled app are no business of the report.
      await sandbox.settled(await sandbox.submit("llm"))
      await sandbox.until(
        () => clock.nowMs(),
        (nowMs) => nowMs >= untilMs
      )
      assert.deepStrictEqual(await report(), first)
      sandbox.speed = 1
      await sandbox.up()
      assert.deepStrictEqual(await report(), first)
    }
  )
})
