import { expect } from "vitest"
import type { Scenario } from "./Scenario.ts"

/** The examples over time of platform rule 3.6. */
export const scaling: ReadonlyArray<Scenario> = [
  {
    label: "S1: an idle runner expires after its keep-alive",
    scaling: { keepAliveSeconds: 60 },
    warm: 1,
    until: 70,
    play: (stage) => {
      stage.submit(-5, 5)
      stage.note(45.2, "countdown", () => stage.view.countdown(1))
    },
    check: ({ log, notes }) => {
      expect(notes["countdown"]).toBe(15)
      expect(log).toEqual(["0 q1 200", "0 r1 IDLE", "60 r1 TERMINATING", "61 r1 TERMINATED"])
    }
  },
  ...[
    { label: "S2: a runner that was never used stays 10 s", keepAlive: 60, stops: 20 },
    { label: "S2: a shorter keep-alive holds for it too", keepAlive: 5, stops: 15 }
  ].map(({ keepAlive, label, stops }): Scenario => ({
    label,
    scaling: { keepAliveSeconds: keepAlive },
    until: 30,
    play: (stage) => {
      stage.submit(0, 60, { kind: 1 })
      stage.submit(0, 60, { kind: 1 })
      stage.cancel(5, 2)
    },
    check: ({ log }) =>
      expect(log.filter((line) => line.includes("r2"))).toEqual([
        "0 r2 PENDING",
        "2 r2 SETUP",
        "10 r2 IDLE",
        `${stops} r2 TERMINATING`,
        `${stops + 1} r2 TERMINATED`
      ])
  })),
  {
    label: "S2: with a minimum the 10 s rule is off",
    scaling: { keepAliveSeconds: 60, minConcurrency: 1 },
    until: 72,
    play: (stage) => {
      stage.submit(0, 5, { kind: 1 })
      stage.submit(0, 5, { kind: 1 })
      stage.cancel(5, 2)
    },
    check: ({ log }) =>
      expect(log.slice(-4)).toEqual(["15 q1 200", "15 r1 IDLE", "70 r2 TERMINATING", "71 r2 TERMINATED"])
  },
  {
    label: "S3: the minimum keeps a runner past its keep-alive",
    scaling: { keepAliveSeconds: 60, minConcurrency: 1 },
    warm: 1,
    until: 102,
    play: (stage) => {
      stage.note(90, "countdown", () => stage.view.countdown(1))
      stage.scale(100, { minConcurrency: 0 })
    },
    check: ({ log, notes }) => {
      expect(notes["countdown"]).toBeNull()
      expect(log).toEqual(["100 r1 TERMINATING", "101 r1 TERMINATED"])
    }
  },
  {
    label: "S4: a request that is served before scaling_delay starts nothing",
    scaling: { scalingDelaySeconds: 30 },
    warm: 1,
    until: 40,
    play: (stage) => {
      stage.submit(-1, 21)
      stage.submit(0, 5, { kind: 1 })
    },
    check: ({ log }) =>
      expect(log).toEqual(["20 q1 200", "20 r1 IDLE", "20 r1 RUNNING", "20 q2 to r1", "25 q2 200", "25 r1 IDLE"])
  },
  {
    label: "S5: each successor of a failed start waits 30 s longer",
    until: 211,
    play: (stage) => {
      stage.failSetUps(1, Infinity)
      stage.submit(0, 5, { kind: 1 })
      stage.note(204, "attempts", () => stage.view.attemptsOf(1))
    },
    check: ({ log, notes }) => {
      expect(notes["attempts"]).toBe(0)
      expect(log).toEqual([
        "0 r1 PENDING",
        "2 r1 SETUP",
        "10 r1 TERMINATED",
        "10 r2 FAILURE_DELAY",
        "40 r2 PENDING",
        "42 r2 SETUP",
        "50 r2 TERMINATED",
        "50 r3 FAILURE_DELAY",
        "110 r3 PENDING",
        "112 r3 SETUP",
        "120 r3 TERMINATED",
        "120 r4 FAILURE_DELAY",
        "210 r4 PENDING"
      ])
    }
  },
  {
    label: "S6: a runner that comes up wakes those held back and resets the back-off",
    until: 65,
    play: (stage) => {
      stage.failSetUps(1, 1)
      stage.failSetUps(3, 3)
      stage.slowSetUp(2, 18)
      stage.submit(0, 50, { kind: 1 })
      stage.submit(0, 50, { kind: 1 })
    },
    check: ({ log }) =>
      expect(log).toEqual([
        "0 r1 PENDING",
        "0 r2 PENDING",
        "2 r1 SETUP",
        "2 r2 SETUP",
        "10 r1 TERMINATED",
        "10 r3 FAILURE_DELAY",
        "20 r2 IDLE",
        "20 r3 PENDING",
        "20 r2 RUNNING",
        "20 q1 to r2",
        "22 r3 SETUP",
        "30 r3 TERMINATED",
        "30 r4 FAILURE_DELAY",
        "60 r4 PENDING",
        "62 r4 SETUP"
      ])
  },
  {
    label: "S7: the runner that is idle longest is given the request",
    warm: 2,
    until: 7,
    play: (stage) => {
      stage.submit(-1, 1)
      stage.submit(-1, 6)
      stage.submit(6, 5)
    },
    check: ({ log }) =>
      expect(log).toEqual(["0 q1 200", "0 r1 IDLE", "5 q2 200", "5 r2 IDLE", "6 r1 RUNNING", "6 q3 to r1"])
  }
]
