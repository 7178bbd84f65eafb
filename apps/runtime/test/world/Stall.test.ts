import { TimerKind } from "@ebb/core/fleet/FleetPort"
import { RequestKind } from "@ebb/core/tables/RequestState"
import { expect, onTestFinished, test } from "vitest"
import { StalledSandbox } from "./StalledSandbox.ts"

const graceMs = 6000
const timeoutMs = 60_000

interface Work {
  readonly kind?: RequestKind
  readonly requestTimeoutSeconds?: number
}

/** One runner that has been ready since 100, and a request on it since 500. */
const atWork = ({ requestTimeoutSeconds = timeoutMs / 1000, kind }: Work = {}) => {
  const stalled = new StalledSandbox(
    { minConcurrency: 1, maxConcurrency: 2, requestTimeoutSeconds },
    { gracePeriodSeconds: graceMs / 1000 }
  )
  onTestFinished(() => expect(stalled.replays()).toBe(true))
  stalled.placed(1)
  stalled.at(100).ready(1)
  const request = stalled.at(500).request(kind)
  stalled.asked.length = 0
  return { request, stalled }
}

/** Another app's request falls due then, in the middle of a stall. */
const elsewhere = ({ world }: StalledSandbox, atMs: number): void => void world.pacer.at(atMs, () => {})

test("a runner whose replacement became ready during a stall has its whole grace period after it", () => {
  const { stalled } = atWork()
  stalled.at(1000).rollout("replace_first")
  stalled.placed(2)
  elsewhere(stalled, 3000)
  stalled.at(9000).ready(2)
  stalled.at(9000 + graceMs - 1).look()
  expect(stalled.asked).toEqual(["start 2 at 1000", "terminate 1 at 9000"])
  stalled.at(9000 + graceMs).look()
  expect(stalled.asked.at(-1)).toBe(`kill 1 at ${9000 + graceMs}`)
  stalled.exited(1)
  expect(stalled.report.runners[0]).toMatchObject({
    endedBy: "grace_exceeded",
    drainMs: graceMs,
    signalAfterMs: 8000
  })
})

test("a request whose runner became ready during a stall has its whole time after it, and is stamped when it began", () => {
  const stalled = new StalledSandbox({ requestTimeoutSeconds: 5 }, {})
  const request = stalled.request()
  stalled.placed(1)
  elsewhere(stalled, 3000)
  stalled.at(9000).ready(1)
  expect(request.startedAtMs).toBe(9000)
  stalled.at(13_999).answers(1)
  expect(stalled.asked).toEqual(["start 1 at 0", "send 1 at 9000"])
  expect(stalled.settled).toMatchObject([{ status: 200 }])
  expect(request.settledAtMs).toBe(13_999)
  expect(stalled.replays()).toBe(true)
})

test("a drain across a stall is as long as it was seen to take", () => {
  const { stalled } = atWork()
  stalled.at(1000).rollout("stop_first")
  elsewhere(stalled, 1010)
  stalled.at(1300).answers(1)
  stalled.exited(1)
  expect(stalled.report).toMatchObject({ graceNeededMs: 300, runners: [{ endedBy: "drained", drainMs: 300 }] })
})

test("an answer that came during a stall is in time, though its runner's grace period was over before its end", async () => {
  const { stalled } = atWork()
  stalled.at(1000).rollout("stop_first")
  stalled.at(20_000).look()
  stalled.answers(1)
  stalled.exited(1)
  await stalled.world.pacer.overdue()
  expect(stalled.asked).toEqual(["terminate 1 at 1000", "start 2 at 1000"])
  expect(stalled.settled).toMatchObject([{ status: 200 }])
  expect(stalled.report.runners[0]).toMatchObject({ endedBy: "drained", drainMs: 19_000 })
})

test("without an answer a limit that ran out during a stall has run out when the news are read", async () => {
  const { stalled } = atWork({ requestTimeoutSeconds: 5 })
  stalled.at(20_000).look()
  expect(stalled.asked).toEqual([])
  await stalled.world.pacer.overdue()
  expect(stalled.asked[0]).toBe("terminate 1 at 20000")
  expect(stalled.settled).toMatchObject([{ status: 504, errorType: "request_timeout" }])
})

test("what a timer that was due during a stall begins has its whole time after it", async () => {
  const { request, stalled } = atWork({ kind: RequestKind.queued, requestTimeoutSeconds: 5 })
  stalled.at(600).breaks(1)
  stalled.at(20_000).look()
  await stalled.world.pacer.overdue()
  expect(stalled.asked).toEqual(["send 1 at 20000"])
  expect(request.startedAtMs).toBe(20_000)
  stalled.at(24_999).answers(1)
  expect(stalled.settled).toMatchObject([{ status: 200, attempts: 2 }])
})

test("where time is late, a limit still lasts as long as it should", async () => {
  const { stalled } = atWork()
  stalled.at(1000).rollout("replace_first")
  stalled.placed(2)
  for (let event = 0; event < 1000; event++) elsewhere(stalled, 2000 + event)
  stalled.at(4000).ready(2)
  expect(stalled.asked.at(-1)).toBe("terminate 1 at 4000 stamped 2499")
  await new Promise(setImmediate)
  await new Promise(setImmediate)
  stalled.at(4000 + graceMs - 1).look()
  expect(stalled.asked).toHaveLength(2)
  stalled.at(4000 + graceMs).look()
  expect(stalled.asked.at(-1)).toBe(`kill 1 at ${4000 + graceMs}`)
})

test("a dry run is told of the limits of processes", () => {
  const { stalled } = atWork()
  stalled.at(1000).rollout("stop_first")
  expect(stalled.timers()).toContainEqual([TimerKind.grace, 1000 + graceMs])
  expect(stalled.timers()).toContainEqual([TimerKind.requestTimeout, 500 + timeoutMs])
})
