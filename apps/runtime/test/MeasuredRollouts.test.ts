import type { RolloutReport } from "@ebb/core/domain/RolloutReport"
import * as Api from "@ebb/protocol/rest/Api"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { Restarted, spec } from "./Restarted.ts"

let ebb: Restarted
beforeEach(() => {
  ebb = new Restarted()
})
afterEach(() => ebb.remove())

const slowStarts = spec("5ms").replace("setup: 5ms", "setup: 300ms")
/** Two runners while there is much to do, and one that is wanted in any case. */
const fewerWanted = slowStarts.replace("max_concurrency: 1", "max_concurrency: 2")

const rollout = async (): Promise<string> =>
  (await ebb.ask(Api.rollout, { params: { app: "llm" }, query: {}, body: {} })).id

const report = (id: string): Promise<RolloutReport> =>
  ebb.ask(Api.rolloutReport, { params: { rollout: id }, query: {} })

const machines = (limit: number | null): void =>
  ebb.kernel.world.input((fleet, nowMs) => fleet.setCapacity(nowMs, "local", "GPU-H100", limit))

/** A rollout with a request in its window: before that one is there, no replacement gets a machine. */
const rolloutWithRequest = async (): Promise<string> => {
  machines(0)
  const id = await rollout()
  const request = await ebb.submit("llm")
  machines(null)
  await ebb.settled(request)
  return id
}

/** What the next start tells of it, whoever asked before. */
const told = async (id: string): Promise<RolloutReport> => {
  await ebb.up()
  return report(id)
}

/** Both runners are there, though one is all that is wanted then. */
const twoReady = async (): Promise<void> => {
  const wanted = (min_concurrency: number) =>
    ebb.ask(Api.scale, { params: { app: "llm" }, query: {}, body: { min_concurrency } })
  await wanted(2)
  await ebb.until(
    () => ebb.kernel.state.apps[0]!.slotsReady,
    (slots) => slots === 2
  )
  await wanted(1)
}

/** A rollout after which one of two runners comes back, and a request that waits for that one. */
const rolloutOfTwo = async (): Promise<string> => {
  await ebb.up(fewerWanted)
  await twoReady()
  return rolloutWithRequest()
}

describe("a rollout whose window ends after it has finished, with nobody asking for it", () => {
  test("is told whole after a crash once the last request of its window has its outcome", async () => {
    await ebb.up(slowStarts.replace("service: 5ms", "service: 300ms"))
    expect((await ebb.direct("llm")).status).toBe(200)
    const id = await rolloutWithRequest()
    await ebb.crash()
    const { capacity, latencyMs, queueWaitMs, state } = await told(id)
    expect(state).toBe("finished")
    expect(capacity.recoveryMs).not.toBeNull()
    expect([latencyMs?.count, queueWaitMs?.count]).toEqual([1, 1])
    // In it are the start of the runner and the service.
    expect(latencyMs?.max).toBeGreaterThanOrEqual(300)
  })

  test("is told whole after a crash where its slots do not come back", async () => {
    const id = await rolloutOfTwo()
    await ebb.crash()
    const { capacity, coldStarts, latencyMs, runnerSeconds } = await told(id)
    expect(capacity).toMatchObject({ slotsReadyBefore: 2, slotsReadyLowest: 0, recoveryMs: null })
    expect(coldStarts).toBe(1)
    expect(latencyMs?.count).toBe(1)
    expect(runnerSeconds.byState["SETUP"]).toBeGreaterThanOrEqual(0.3)
  })

  test("is told as it stood when the sandbox was stopped before the window ended", async () => {
    await ebb.up(spec("5ms"))
    expect((await ebb.direct("llm")).status).toBe(200)
    await ebb.ask(Api.faultApp, { params: { app: "llm" }, query: {}, body: { do: "scheduling_failure" } })
    const id = await rollout()
    await ebb.until(
      () => ebb.kernel.state.rollouts[0]!.finishedAtMs,
      (atMs) => atMs !== null
    )
    const [one] = [await ebb.submit("llm"), await ebb.submit("llm")]
    expect((await ebb.queue("PUT", `llm/requests/${one}/cancel`)).status).toBe(202)
    await ebb.settled(one)
    expect(ebb.kernel.state.rollouts[0]).toMatchObject({ windowEndMs: null, unsettled: 1 })
    await ebb.end()
    const { queueWaitMs, state } = await told(id)
    expect([state, queueWaitMs?.count]).toEqual(["finished", 1])
  })
})

test("slots that come back after somebody has asked are told all the same, also after a restart", async () => {
  const id = await rolloutOfTwo()
  expect((await report(id)).capacity.recoveryMs).toBeNull()
  await twoReady()
  const { capacity } = await report(id)
  expect(capacity.recoveryMs).not.toBeNull()
  await ebb.crash()
  expect((await told(id)).capacity).toEqual(capacity)
})
