import { expect } from "vitest"
import type { Scenario } from "./Scenario.ts"

/** The timelines of platform rule 8.9 that replace first, and what can go otherwise than planned (platform rule 8.4). */
export const replaceFirst: ReadonlyArray<Scenario> = [
  {
    label: "T15: replace first keeps the slots",
    scaling: { minConcurrency: 2, maxConcurrency: 2 },
    warm: 2,
    until: 15,
    play: (stage) => {
      stage.rollout(0, { order: "replace_first" })
      stage.note(0.5, "counts", () => ({ ...stage.view.counts(), alive: stage.view.alive() }))
    },
    check: ({ log, notes, reports: [report] }) => {
      expect(notes["counts"]).toMatchObject({ alive: 4, marked: 2, counted: 2 })
      expect(log).toEqual([
        "0 r3 PENDING",
        "0 r4 PENDING",
        "2 r3 SETUP",
        "2 r4 SETUP",
        "10 r3 IDLE",
        "10 r1 TERMINATING",
        "10 r4 IDLE",
        "10 r2 TERMINATING",
        "11 r1 TERMINATED",
        "11 r2 TERMINATED",
        "11 rollout 1 finished"
      ])
      expect(report!.order).toBe("replace_first")
      expect(report!.capacity).toEqual({ slotsReadyBefore: 2, slotsReadyLowest: 2, recoveryMs: 0 })
    }
  },
  {
    label: "T16: replace first stops the idle one, then the busy one, each when a replacement has joined",
    scaling: { maxConcurrency: 2 },
    warm: 2,
    until: 22,
    play: (stage) => {
      stage.submit(-1, 16)
      stage.submit(-1, 5)
      stage.rollout(0, { order: "replace_first" })
    },
    check: ({ log }) =>
      expect(log).toEqual([
        "0 r3 PENDING",
        "0 r4 PENDING",
        "2 r3 SETUP",
        "2 r4 SETUP",
        "4 q2 200",
        "4 r2 IDLE",
        "10 r3 IDLE",
        "10 r2 TERMINATING",
        "10 r4 IDLE",
        "10 r1 DRAINING",
        "11 r2 TERMINATED",
        "15 q1 200",
        "15 r1 TERMINATING",
        "16 r1 TERMINATED",
        "16 rollout 1 finished",
        "20 r3 TERMINATING",
        "20 r4 TERMINATING",
        "21 r3 TERMINATED",
        "21 r4 TERMINATED"
      ])
  },
  {
    label: "a second replace_first rollout leaves the marked runners to the first; the maximum bounds them",
    scaling: { minConcurrency: 2, maxConcurrency: 2 },
    warm: 2,
    until: 30,
    play: (stage) => {
      stage.slowSetUp(4, 20)
      stage.rollout(0, { order: "replace_first" })
      stage.rollout(11, { order: "replace_first" })
      stage.note(12, "counts", () => stage.view.counts())
    },
    check: ({ log, notes, reports }) => {
      expect(notes["counts"]).toMatchObject({ counted: 2, marked: 2 })
      expect(reports.map(({ runners }) => runners.map(({ id }) => id))).toEqual([
        ["r1", "r2"],
        ["r3", "r4"]
      ])
      expect(log).toEqual([
        "0 r3 PENDING",
        "0 r4 PENDING",
        "2 r3 SETUP",
        "2 r4 SETUP",
        "10 r3 IDLE",
        "10 r1 TERMINATING",
        "11 r1 TERMINATED",
        "11 r4 TERMINATING",
        "11 r5 PENDING",
        "11 r6 PENDING",
        "11 r4 TERMINATED",
        "13 r5 SETUP",
        "13 r6 SETUP",
        "21 r5 IDLE",
        "21 r2 TERMINATING",
        "21 r6 IDLE",
        "21 r3 TERMINATING",
        "22 r2 TERMINATED",
        "22 rollout 1 finished",
        "22 r3 TERMINATED",
        "22 rollout 2 finished"
      ])
    }
  },
  {
    label: "a maximum lowered during replace_first stops marked runners that can get no replacement",
    scaling: { maxConcurrency: 4 },
    warm: 4,
    until: 20,
    play: (stage) => {
      stage.submit(-1, 9)
      stage.rollout(0, { order: "replace_first" })
      stage.scale(4, { maxConcurrency: 1 })
      stage.note(5, "counts", () => stage.view.counts())
    },
    check: ({ log, notes, reports: [report] }) => {
      expect(notes["counts"]).toMatchObject({ counted: 1, marked: 1 })
      expect(log.slice(8)).toEqual([
        "4 r2 TERMINATING",
        "4 r3 TERMINATING",
        "4 r4 TERMINATING",
        "4 r8 TERMINATING",
        "4 r7 TERMINATING",
        "4 r6 TERMINATING",
        "4 r8 TERMINATED",
        "4 r7 TERMINATED",
        "4 r6 TERMINATED",
        "5 r2 TERMINATED",
        "5 r3 TERMINATED",
        "5 r4 TERMINATED",
        "8 q1 200",
        "8 r1 IDLE",
        "10 r5 IDLE",
        "10 r1 TERMINATING",
        "11 r1 TERMINATED",
        "11 rollout 1 finished",
        "20 r5 TERMINATING"
      ])
      expect(report!.capacity.slotsReadyLowest).toBe(1)
    }
  },
  {
    label: "a replacement that fails to start is started again with back-off; the marked runner serves on",
    warm: 1,
    until: 65,
    play: (stage) => {
      stage.failSetUps(2, 2)
      stage.rollout(0, { order: "replace_first" })
      stage.submit(20, 5)
    },
    check: ({ log }) =>
      expect(log).toEqual([
        "0 r2 PENDING",
        "2 r2 SETUP",
        "10 r2 TERMINATED",
        "10 r3 FAILURE_DELAY",
        "20 r1 RUNNING",
        "20 q1 to r1",
        "25 q1 200",
        "25 r1 IDLE",
        "40 r3 PENDING",
        "42 r3 SETUP",
        "50 r3 IDLE",
        "50 r1 TERMINATING",
        "51 r1 TERMINATED",
        "51 rollout 1 finished",
        "60 r3 TERMINATING",
        "61 r3 TERMINATED"
      ])
  },
  {
    label: "a marked runner may expire and then needs no replacement",
    scaling: { keepAliveSeconds: 30 },
    warm: 1,
    startsAt: -40,
    until: 16,
    play: (stage) => {
      stage.slowSetUp(2, 60)
      stage.submit(-10, 5)
      stage.rollout(0, { order: "replace_first" })
      stage.scale(4, { keepAliveSeconds: 15 })
      stage.note(5, "counts", () => stage.view.counts())
    },
    check: ({ log, notes, reports: [report] }) => {
      expect(notes["counts"]).toMatchObject({ counted: 1, marked: 1 })
      expect(log).toEqual([
        "0 r2 PENDING",
        "2 r2 SETUP",
        "10 r1 TERMINATING",
        "11 r1 TERMINATED",
        "11 rollout 1 finished"
      ])
      expect(report!.runners).toMatchObject([{ endedBy: "expired", drainMs: 0 }])
    }
  },
  {
    label: "replacements that find no machine wait; by replace_first nobody is stopped meanwhile",
    scaling: { maxConcurrency: 2 },
    capacity: 2,
    warm: 2,
    until: 20,
    play: (stage) => {
      stage.rollout(0, { order: "replace_first" })
      stage.note(5, "counts", () => stage.view.counts())
      stage.capacity(6, 3)
    },
    check: ({ log, notes }) => {
      expect(notes["counts"]).toMatchObject({ marked: 2, counted: 2, pendingPlaced: 0 })
      expect(log.slice(2)).toEqual(["8 r3 SETUP", "16 r3 IDLE", "16 r1 TERMINATING", "17 r1 TERMINATED", "19 r4 SETUP"])
    }
  }
]
