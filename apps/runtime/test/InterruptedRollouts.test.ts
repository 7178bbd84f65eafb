import type { RolloutReport } from "@ebb/core/domain/RolloutReport"
import * as Api from "@ebb/protocol/rest/Api"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { ownServer, said } from "./OwnServer.ts"
import { Restarted, spec } from "./Restarted.ts"

let ebb: Restarted
beforeEach(() => {
  ebb = new Restarted()
})
afterEach(() => ebb.remove())

const rollout = async (body: { readonly order?: "replace_first" } = {}, app = "llm"): Promise<string> =>
  (await ebb.ask(Api.rollout, { params: { app }, query: {}, body })).id

/** What the next start tells of it: the list and the report agree. */
const told = async (id: string): Promise<RolloutReport> => {
  await ebb.up()
  const report = await ebb.ask(Api.rolloutReport, { params: { rollout: id }, query: {} })
  const { rollouts } = await ebb.ask(Api.listRollouts, { params: {}, query: {} })
  expect(rollouts.find((one) => one.id === id)?.state).toBe(report.state)
  return report
}

describe("a rollout that is under way when the sandbox goes down", () => {
  test("is finished first where its runners have their signal: what drained is drained", async () => {
    await ebb.up(spec("2s").replace("teardown: 5ms", "teardown: 200ms"))
    const answered = ebb.direct("llm")
    await ebb.inFlight(1)
    const id = await rollout()
    expect(ebb.running.goingDown.gate.ending()).toBe(1)
    await ebb.down()
    expect((await answered).status).toBe(200)
    expect(await told(id)).toMatchObject({
      state: "finished",
      inFlight: { atStart: 1, drained: 1, unresolved: 0 },
      runners: [{ endedBy: "drained", drained: 1 }]
    })
  })

  test("the same with processes, whose ends are their own", async () => {
    ebb.allowProcesses = true
    await ebb.up(ownServer)
    expect((await ebb.direct(said("200 OK"))).status).toBe(200)
    // A status comes before its body, and the request is in flight until that is whole.
    await ebb.inFlight(0)
    const id = await rollout({}, "own")
    await ebb.down()
    expect(await told(id)).toMatchObject({ state: "finished", runners: [{ endedBy: "idle" }] })
  })

  test("is interrupted where a runner still waits for its replacement, and no end of that is made up", async () => {
    await ebb.up(spec("5ms").replace("max_concurrency: 1", "max_concurrency: 2"))
    expect((await ebb.direct("llm")).status).toBe(200)
    await ebb.ask(Api.faultApp, { params: { app: "llm" }, query: {}, body: { do: "scheduling_failure" } })
    const id = await rollout({ order: "replace_first" })
    await ebb.down()
    expect(await told(id)).toMatchObject({
      state: "interrupted",
      finishedAtMs: null,
      runners: [{ endedBy: null, signalAfterMs: null }]
    })
  })

  test("the same with processes: that the sandbox ends them is no crash", async () => {
    ebb.allowProcesses = true
    const broken = ownServer.replace("max_concurrency: 1", "max_concurrency: 2")
    await ebb.up(`${broken}capacity: { GPU-H100: 1 }\n`.replace("name: own", "name: own, machine_type: GPU-H100"))
    expect((await ebb.direct(said("200 OK"))).status).toBe(200)
    const id = await rollout({ order: "replace_first" }, "own")
    await ebb.down()
    expect(await told(id)).toMatchObject({ state: "interrupted", runners: [{ endedBy: null }] })
  })
})

test("one that is under way when the sandbox is ended at once is interrupted, and no runner of it crashed", async () => {
  await ebb.up(spec("60s"))
  await ebb.submit("llm")
  await ebb.inFlight(1)
  const id = await rollout()
  const report = await told(id)
  expect(report).toMatchObject({
    state: "interrupted",
    inFlight: { atStart: 1, drained: 0, unresolved: 1 },
    runners: [{ endedBy: null, inFlightAtStart: 1 }]
  })
  expect(await rollout()).not.toBe(id)
})

test("one that is under way when the sandbox crashes is interrupted, its runners crashed", async () => {
  await ebb.up(spec("60s"))
  await ebb.submit("llm")
  await ebb.inFlight(1)
  const id = await rollout()
  await ebb.crash()
  expect(await told(id)).toMatchObject({
    state: "interrupted",
    inFlight: { atStart: 1, unresolved: 1 },
    runners: [{ endedBy: "crashed", inFlightAtStart: 1 }]
  })
})

describe("a rollout whose runners have ended in part when the sandbox crashes", () => {
  /** Four runners, with a request on each; three of these are over soon. */
  const threeOfFour = async (): Promise<string> => {
    await ebb.up(spec("60s").replaceAll("concurrency: 1", "concurrency: 4"))
    await ebb.until(
      () => ebb.kernel.state.apps[0]!.slotsReady,
      (slots) => slots === 4
    )
    const answers = ["1500ms", "1500ms", "1500ms", "60s"].map((service) =>
      ebb.direct("llm", { "x-ebb-service": service })
    )
    void answers[3]!.catch(() => {})
    await ebb.inFlight(4)
    const { id } = await ebb.ask(Api.rollout, { params: { app: "llm" }, query: {}, body: {} })
    await ebb.until(
      () => ebb.ask(Api.rolloutReport, { params: { rollout: id }, query: {} }),
      ({ runners }) => runners.filter(({ endedBy }) => endedBy !== null).length === 3
    )
    return id
  }

  test("tells of those what was seen, and that the others crashed", async () => {
    const id = await threeOfFour()
    const seen = await ebb.ask(Api.rolloutReport, { params: { rollout: id }, query: {} })
    await ebb.crash()
    const report = await told(id)
    expect(report.state).toBe("interrupted")
    expect(report.inFlight).toEqual(seen.inFlight)
    expect(report.runners).toEqual(seen.runners.map((one) => ({ ...one, endedBy: one.endedBy ?? "crashed" })))
    expect(report.runners.filter(({ endedBy }) => endedBy === "crashed")).toHaveLength(1)
    const { rollouts } = await ebb.ask(Api.listRollouts, { params: {}, query: {} })
    expect(rollouts[0]).toMatchObject({ runners: 4, ended: 3, state: "interrupted" })
  })

  /** `ended`: of the summary, which may be younger than what is written of a runner. */
  test.each([0, 3])(
    "does not tell how one ended whose end alone was written, least of all by a crash: %i",
    async (ended) => {
      const id = await threeOfFour()
      await ebb.crash()
      const database = new DatabaseSync(join(ebb.data, "ebb.sqlite"))
      // As a kill leaves it that comes after the rows of the runners and before the report.
      database.exec(`update rollouts set summary = json_set(summary, '$.ended', ${ended}), report =
      replace(replace(report, '"endedBy":"drained"', '"endedBy":null'), '"endedBy":"idle"', '"endedBy":null')`)
      database.close()
      const { runners } = await told(id)
      expect(runners.map(({ endedBy }) => endedBy).toSorted()).toEqual(["crashed", null, null, null])
      const { rollouts } = await ebb.ask(Api.listRollouts, { params: {}, query: {} })
      expect(rollouts[0]).toMatchObject({ runners: 4, ended: 3 })
    }
  )
})
