import { expect } from "vitest"
import { ofRequests, type Scenario, sent } from "./Scenario.ts"

const queued = { kind: 1 } as const
const created = (log: ReadonlyArray<string>) => log.filter((line) => /PENDING|FAILURE_DELAY/.test(line))

const health = {
  path: "/health",
  method: "GET",
  startPeriodSeconds: 30,
  timeoutSeconds: 5,
  failureThreshold: 3,
  callRegularly: false
} as const

/** Where two rules meet: what no worked example happens to show. */
export const corners: ReadonlyArray<Scenario> = [
  {
    label: "a lowered maximum: marked runners that can get no replacement go, fewest in flight first",
    scaling: { maxConcurrency: 4 },
    revision: { maxMultiplexing: 2 },
    warm: 4,
    until: 3,
    play: (stage) => {
      for (let n = 1; n <= 5; n++) stage.submit(-2, 30)
      stage.stop(0, 1, "replace")
      stage.stop(0, 2, "replace")
      stage.scale(1, { maxConcurrency: 2 })
    },
    check: ({ log }) =>
      expect(log.slice(2)).toEqual(["1 r6 TERMINATED", "1 r5 TERMINATED", "1 r2 DRAINING", "1 r1 DRAINING"])
  },
  ...[
    { label: "a buffer", scaling: { concurrencyBuffer: 1 }, ends: ["70 r1 TERMINATING", "71 r1 TERMINATED"] },
    {
      label: "a buffer in percent",
      scaling: { concurrencyBufferPerc: 50 },
      ends: ["70 r1 TERMINATING", "70 r2 TERMINATING"]
    }
  ].map(({ ends, label, scaling }): Scenario => ({
    label: `with ${label} the 10 s rule for runners that were never used is off`,
    scaling: { keepAliveSeconds: 60, ...scaling },
    until: 71,
    play: (stage) => {
      stage.submit(0, 5, queued)
      stage.cancel(5, 1)
    },
    check: ({ log }) => expect(log.filter((line) => line.includes("TERMIN")).slice(0, 2)).toEqual(ends)
  })),
  {
    label: "a marked idle runner expires while it and the unmarked ones are more than the floor",
    scaling: { keepAliveSeconds: 30, minConcurrency: 1 },
    warm: 2,
    until: 7,
    play: (stage) => {
      stage.slowSetUp(3, 60)
      stage.stop(-4, 1, "replace")
      stage.submit(-3, 1)
    },
    check: ({ log }) => expect(log).toEqual(["5 r1 TERMINATING", "6 r1 TERMINATED"])
  },
  {
    label: "a scheduling failure while back-off is owed: the longer of the two",
    until: 105,
    play: (stage) => {
      stage.failSetUps(1, 1)
      stage.failPlacing(2, 2)
      stage.submit(0, 1, queued)
    },
    check: ({ log }) =>
      expect(created(log)).toEqual([
        "0 r1 PENDING",
        "10 r2 FAILURE_DELAY",
        "40 r2 PENDING",
        "42 r3 FAILURE_DELAY",
        "102 r3 PENDING"
      ])
  },
  {
    label: "a rollout forgets a scheduling failure whose successor nobody wanted",
    until: 8,
    play: (stage) => {
      stage.failPlacing(1, 1)
      stage.submit(0, 1, queued)
      stage.cancel(1, 1)
      stage.rollout(5)
      stage.submit(6, 1, queued)
    },
    check: ({ log }) => expect(created(log)).toEqual(["0 r1 PENDING", "6 r2 PENDING"])
  },
  {
    label: "the order is the app's own unless the rollout says another",
    revision: { rolloutOrder: "replace_first" },
    warm: 1,
    until: 12,
    play: (stage) => {
      stage.rollout(0)
      stage.note(10.5, "replaced", () => stage.view.isReplaced(1))
    },
    check: ({ log, notes, reports: [report] }) => {
      expect(report!.order).toBe("replace_first")
      expect(notes["replaced"]).toBe(true)
      expect(log.slice(0, 4)).toEqual(["0 r2 PENDING", "2 r2 SETUP", "10 r2 IDLE", "10 r1 TERMINATING"])
    }
  },
  {
    label: "among runners with the hint: unmarked first, then fewest in flight",
    revision: { maxMultiplexing: 2 },
    warm: 3,
    until: 5,
    play: (stage) => {
      for (let n = 1; n <= 3; n++) stage.submit(-9, 30)
      stage.answer(-8, 1, 200, { hints: ["a"] })
      stage.answer(-7, 2, 200, { hints: ["a", "b"] })
      stage.answer(0.5, 3, 200, { hints: ["a"] })
      stage.stop(-1, 1, "replace")
      stage.submit(0, 30, { hint: "b" })
      stage.submit(1, 30, { hint: "a" })
      stage.submit(2, 30, { hint: "a" })
      stage.submit(3, 30, { hint: "a" })
      stage.submit(4, 30, { hint: "a" })
    },
    check: ({ log }) =>
      expect(sent(log)).toEqual(["0 q4 to r2", "1 q5 to r3", "2 q6 to r2", "3 q7 to r3", "4 q8 to r1"])
  },
  {
    label: "the line for machines is by creation: who was held back stands before who was created later",
    scaling: { maxConcurrency: 4 },
    capacity: 1,
    until: 33,
    play: (stage) => {
      stage.failPlacing(1, 1)
      stage.submit(0, 100, queued)
      stage.submit(0, 100, queued)
      stage.submit(5, 100, queued)
      stage.capacity(30, 2)
    },
    check: ({ log }) =>
      expect(log.filter((line) => /r[34] /.test(line))).toEqual([
        "2 r3 FAILURE_DELAY",
        "5 r4 PENDING",
        "12 r3 PENDING",
        "32 r3 SETUP"
      ])
  },
  {
    label: "health checks count after the start period when that is the longer one",
    scaling: { minConcurrency: 1, maxConcurrency: 1 },
    revision: { startupTimeoutSeconds: 10, healthCheck: health },
    startsAt: 0,
    until: 37,
    play: (stage) => {
      for (const at of [20, 25, 31, 33, 34, 35]) stage.check(at, 1, "regular", false)
    },
    check: ({ log }) =>
      expect(log.slice(3)).toEqual(["35 r1 TERMINATING", "35 r2 PENDING", "36 r1 TERMINATED", "37 r2 SETUP"])
  },
  {
    label: "a submit is refused when more wait than it allows, back-off included",
    scaling: { maxConcurrency: 1 },
    warm: 1,
    until: 9,
    play: (stage) => {
      stage.submit(-1, 30, queued)
      stage.answer(0, 1, 504)
      stage.submit(0.2, 1, { ...queued, maxQueueLength: 0 })
      stage.submit(0.3, 3, { ...queued, maxQueueLength: 1 })
      stage.submit(0.4, 1, { ...queued, maxQueueLength: 1 })
      stage.submit(0.5, 1, { ...queued, maxQueueLength: 1 })
      stage.cancel(2, 1)
    },
    check: ({ log }) =>
      expect(ofRequests(log)).toEqual([
        "0.3 q2 to r1",
        "2 q1 499 client_cancelled",
        "3.3 q2 200",
        "3.3 q3 to r1",
        "4.3 q3 200"
      ])
  },
  {
    label: "more slots are used at once; fewer leave alone what is in flight",
    scaling: { maxConcurrency: 1 },
    warm: 1,
    until: 7,
    play: (stage) => {
      stage.submit(-1, 5)
      stage.submit(0, 6, queued)
      stage.scale(1, { maxMultiplexing: 2 })
      stage.scale(2, { maxMultiplexing: 1 })
      stage.submit(3, 1, queued)
    },
    check: ({ log }) => expect(ofRequests(log)).toEqual(["1 q2 to r1", "4 q1 200", "7 q2 200", "7 q3 to r1"])
  },
  ...[
    { label: "lowered", from: 30, to: 5, startsAt: "10 r1 PENDING" },
    { label: "raised", from: 12, to: 30, startsAt: "30 r1 PENDING" }
  ].map(({ from, label, startsAt, to }): Scenario => ({
    label: `scaling_delay ${label}: those that wait already are looked at again`,
    scaling: { scalingDelaySeconds: from },
    until: 31,
    play: (stage) => {
      stage.submit(0, 1, queued)
      stage.scale(10, { scalingDelaySeconds: to })
    },
    check: ({ log }) => expect(created(log)).toEqual([startsAt])
  })),
  {
    label: "scaling_delay raised: a request that was due no longer is",
    scaling: { scalingDelaySeconds: 5 },
    until: 31,
    play: (stage) => {
      stage.failSetUps(1, 1)
      stage.submit(0, 1, queued)
      stage.scale(10, { scalingDelaySeconds: 30 })
    },
    check: ({ log }) => expect(created(log)).toEqual(["5 r1 PENDING", "30 r2 FAILURE_DELAY"])
  }
]
