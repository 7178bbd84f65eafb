import { expect } from "vitest"
import { requestsAndRollouts, type Scenario } from "./Scenario.ts"

const queued = { kind: 1 } as const
const realtime = { kind: 2 } as const

/** The timelines of platform rule 8.9 that stop first; grace 30 s, keep-alive 300 s, unless said. */
export const stopFirst: ReadonlyArray<Scenario> = [
  {
    label: "T1: three idle runners, nothing waiting: nothing is started before the next request",
    warm: 3,
    until: 16,
    play: (stage) => {
      stage.rollout(0)
      stage.submit(5, 1)
    },
    check: ({ log, reports: [report] }) => {
      expect(log).toEqual([
        "0 r1 TERMINATING",
        "0 r2 TERMINATING",
        "0 r3 TERMINATING",
        "1 r1 TERMINATED",
        "1 r2 TERMINATED",
        "1 r3 TERMINATED",
        "1 rollout 1 finished",
        "5 r4 PENDING",
        "7 r4 SETUP",
        "15 r4 IDLE",
        "15 r4 RUNNING",
        "15 q1 to r4",
        "16 q1 200",
        "16 r4 IDLE"
      ])
      expect(report!.runners.map(({ endedBy }) => endedBy)).toEqual(["idle", "idle", "idle"])
    }
  },
  {
    label: "T2: a minimum of three is replaced at once",
    scaling: { minConcurrency: 3 },
    warm: 3,
    until: 12,
    play: (stage) => {
      stage.rollout(0)
      stage.note(0.5, "alive", () => stage.view.alive())
    },
    check: ({ log, notes, reports: [report] }) => {
      expect(notes["alive"]).toBe(6)
      expect(log).toEqual([
        ...["r1 TERMINATING", "r2 TERMINATING", "r3 TERMINATING"].map((line) => `0 ${line}`),
        ...["r4 PENDING", "r5 PENDING", "r6 PENDING"].map((line) => `0 ${line}`),
        ...["r1 TERMINATED", "r2 TERMINATED", "r3 TERMINATED", "rollout 1 finished"].map((line) => `1 ${line}`),
        ...["r4 SETUP", "r5 SETUP", "r6 SETUP"].map((line) => `2 ${line}`),
        ...["r4 IDLE", "r5 IDLE", "r6 IDLE"].map((line) => `10 ${line}`)
      ])
      expect(report!.capacity).toEqual({ slotsReadyBefore: 3, slotsReadyLowest: 0, recoveryMs: 10_000 })
      expect(report!.runnerSeconds.billable).toBe(27)
      expect(report!.coldStarts).toBe(3)
    }
  },
  {
    label: "T3: a direct request ends within the grace period",
    warm: 1,
    until: 20,
    play: (stage) => {
      stage.submit(-1, 7)
      stage.rollout(0)
    },
    check: ({ log, reports: [report] }) => {
      expect(log).toEqual(["0 r1 DRAINING", "6 q1 200", "6 r1 TERMINATING", "7 r1 TERMINATED", "7 rollout 1 finished"])
      expect(report!.runners).toMatchObject([{ drained: 1, drainMs: 6000, endedBy: "drained", graceExceeded: false }])
    }
  },
  {
    label: "T4: a direct request that outlasts the grace period is lost",
    revision: { gracePeriodSeconds: 5 },
    warm: 1,
    until: 30,
    play: (stage) => {
      stage.submit(-1, 21)
      stage.rollout(0)
    },
    check: ({ log, reports: [report] }) => {
      expect(log).toEqual(["0 r1 DRAINING", "5 q1 503 runner_disconnected", "5 r1 TERMINATED", "5 rollout 1 finished"])
      expect(report!.runners).toMatchObject([
        { errored: 1, lost: 1, drainMs: 5000, graceExceeded: true, endedBy: "grace_exceeded" }
      ])
    }
  },
  {
    label: "T5: a queued one goes back and runs again",
    revision: { gracePeriodSeconds: 5 },
    warm: 1,
    until: 40,
    play: (stage) => {
      stage.submit(-4, 24, queued)
      stage.rollout(0)
      stage.note(39, "attempts", () => stage.view.attemptsOf(1))
    },
    check: ({ log, notes, reports: [report] }) => {
      expect(log).toEqual([
        "0 r1 DRAINING",
        "5 r1 TERMINATED",
        "5 rollout 1 finished",
        "6 r2 PENDING",
        "8 r2 SETUP",
        "16 r2 IDLE",
        "16 r2 RUNNING",
        "16 q1 to r2",
        "40 q1 200",
        "40 r2 IDLE"
      ])
      expect(notes["attempts"]).toBe(2)
      expect(report!.inFlight).toMatchObject({ atStart: 1, retried: 1, errored: 0, queued: { retried: 1 } })
    }
  },
  {
    label: "T6: the grace period covers the teardown too",
    revision: { gracePeriodSeconds: 5 },
    warm: 1,
    until: 10,
    play: (stage) => {
      stage.submit(-1, 5.5)
      stage.rollout(0)
    },
    check: ({ log, reports: [report] }) => {
      expect(log).toEqual([
        "0 r1 DRAINING",
        "4.5 q1 200",
        "4.5 r1 TERMINATING",
        "5 r1 TERMINATED",
        "5 rollout 1 finished"
      ])
      expect(report!.runners).toMatchObject([
        { drained: 1, drainMs: 4500, graceExceeded: true, endedBy: "grace_exceeded" }
      ])
    }
  },
  {
    label: "T7: of three requests on one runner two end in time",
    revision: { gracePeriodSeconds: 5, maxMultiplexing: 4 },
    warm: 1,
    until: 10,
    play: (stage) => {
      stage.submit(-1, 3)
      stage.submit(-1, 5)
      stage.submit(-1, 10)
      stage.rollout(0)
    },
    check: ({ log, reports: [report] }) => {
      expect(log).toEqual([
        "0 r1 DRAINING",
        "2 q1 200",
        "4 q2 200",
        "5 q3 503 runner_disconnected",
        "5 r1 TERMINATED",
        "5 rollout 1 finished"
      ])
      expect(report!.inFlight).toMatchObject({ atStart: 3, drained: 2, errored: 1, retried: 0 })
    }
  },
  {
    label: "T9: replacements for those that wait start with the signals",
    scaling: { maxConcurrency: 2 },
    warm: 2,
    until: 30,
    play: (stage) => {
      stage.submit(-1, 4)
      stage.submit(-1, 6)
      for (let n = 3; n <= 6; n++) stage.submit(-0.5, 10, queued)
      stage.rollout(0)
      stage.note(0.5, "alive", () => stage.view.alive())
    },
    check: ({ log, notes, reports: [report] }) => {
      expect(notes["alive"]).toBe(4)
      expect(requestsAndRollouts(log)).toEqual([
        "3 q1 200",
        "5 q2 200",
        "6 rollout 1 finished",
        "10 q3 to r3",
        "10 q4 to r4",
        "20 q3 200",
        "20 q5 to r3",
        "20 q4 200",
        "20 q6 to r4",
        "30 q5 200",
        "30 q6 200"
      ])
      expect(log).toContain("4 r1 TERMINATED")
      expect(log.filter((line) => line.endsWith("PENDING"))).toEqual(["0 r3 PENDING", "0 r4 PENDING"])
      expect(report!.inFlight).toMatchObject({ atStart: 2, drained: 2 })
    }
  },
  {
    label: "T10: without a free machine the replacements wait for the old ones",
    scaling: { maxConcurrency: 2 },
    capacity: 2,
    warm: 2,
    until: 36,
    play: (stage) => {
      stage.submit(-1, 4)
      stage.submit(-1, 6)
      for (let n = 3; n <= 6; n++) stage.submit(-0.5, 10, queued)
      stage.rollout(0)
    },
    check: ({ log }) => {
      expect(log.filter((line) => line.includes("r3 ") || line.includes("r4 ")).slice(0, 4)).toEqual([
        "0 r3 PENDING",
        "0 r4 PENDING",
        "6 r3 SETUP",
        "8 r4 SETUP"
      ])
      expect(requestsAndRollouts(log)).toEqual([
        "3 q1 200",
        "5 q2 200",
        "6 rollout 1 finished",
        "14 q3 to r3",
        "16 q4 to r4",
        "24 q3 200",
        "24 q5 to r3",
        "26 q4 200",
        "26 q6 to r4",
        "34 q5 200",
        "36 q6 200"
      ])
    }
  },
  {
    label: "T12: a runner in set-up is not allowed to finish: its environment is old",
    startsAt: -3,
    until: 20,
    play: (stage) => {
      stage.submit(-3, 5, queued)
      stage.rollout(0)
      stage.note(1, "billed", () => stage.view.billableSeconds())
    },
    check: ({ log, notes, reports: [report] }) => {
      expect(log.slice(0, 4)).toEqual(["0 r1 TERMINATING", "0 r2 PENDING", "0 r1 TERMINATED", "0 rollout 1 finished"])
      expect(log).toContain("10 q1 to r2")
      expect(notes["billed"]).toBe(1)
      expect(report!.runners).toMatchObject([{ stateAtStart: "SETUP", endedBy: "startup_cancelled" }])
    }
  },
  {
    label: "T14: a second rollout restarts those that the first one started",
    scaling: { minConcurrency: 2 },
    warm: 2,
    until: 15,
    play: (stage) => {
      stage.rollout(0)
      stage.rollout(4)
    },
    check: ({ log, reports }) => {
      expect(log).toEqual([
        "0 r1 TERMINATING",
        "0 r2 TERMINATING",
        "0 r3 PENDING",
        "0 r4 PENDING",
        "1 r1 TERMINATED",
        "1 r2 TERMINATED",
        "1 rollout 1 finished",
        "2 r3 SETUP",
        "2 r4 SETUP",
        "4 r3 TERMINATING",
        "4 r4 TERMINATING",
        "4 r5 PENDING",
        "4 r6 PENDING",
        "4 r3 TERMINATED",
        "4 r4 TERMINATED",
        "4 rollout 2 finished",
        "6 r5 SETUP",
        "6 r6 SETUP",
        "14 r5 IDLE",
        "14 r6 IDLE"
      ])
      expect(reports).toHaveLength(2)
    }
  },
  {
    // r3 stands for the example's r2: the successor of r2, whose start failed.
    label: "T17: a runner held back is woken and starts with the new secret",
    scaling: { minConcurrency: 1 },
    warm: 1,
    until: 11,
    play: (stage) => {
      stage.failSetUps(2, 2)
      stage.scale(-15, { minConcurrency: 2 })
      stage.setSecret(-1)
      stage.note(-0.5, "held", () => [stage.view.stateOf(3), stage.view.environmentOf(1)])
      stage.rollout(0)
      stage.note(0.5, "environments", () => [stage.view.environmentOf(3), stage.view.environmentOf(4)])
    },
    check: ({ log, notes, reports: [report] }) => {
      expect(notes["held"]).toEqual(["FAILURE_DELAY", 1])
      expect(notes["environments"]).toEqual([2, 2])
      expect(log).toEqual([
        "0 r3 PENDING",
        "0 r1 TERMINATING",
        "0 r4 PENDING",
        "1 r1 TERMINATED",
        "1 rollout 1 finished",
        "2 r3 SETUP",
        "2 r4 SETUP",
        "10 r3 IDLE",
        "10 r4 IDLE"
      ])
      expect(report!.runners.map(({ id }) => id)).toEqual(["r1"])
    }
  },
  {
    label: "T18: an idle realtime session is closed with 1012 and counts as drained",
    warm: 2,
    until: 5,
    play: (stage) => {
      stage.submit(-2, 1000, realtime)
      stage.submit(-1, 4)
      stage.rollout(0)
    },
    check: ({ log, reports: [report] }) => {
      expect(log).toEqual([
        "0 r1 DRAINING",
        "0 q1 closed 1012",
        "0 q1 1012",
        "0 r1 TERMINATING",
        "0 r2 DRAINING",
        "1 r1 TERMINATED",
        "3 q2 200",
        "3 r2 TERMINATING",
        "4 r2 TERMINATED",
        "4 rollout 1 finished"
      ])
      expect(report!.inFlight).toMatchObject({ atStart: 2, drained: 2, errored: 0 })
    }
  },
  {
    label: "T2: a rollout recovers, though another has begun since it was finished (rule 8.7)",
    scaling: { minConcurrency: 3 },
    warm: 3,
    until: 13,
    play: (stage) => {
      stage.rollout(0)
      stage.rollout(1.5)
    },
    check: ({ reports }) => {
      expect(reports.map(({ capacity }) => capacity.recoveryMs)).toEqual([11_500, 0])
    }
  },
  ...[true, false].map((force): Scenario => ({
    label: `T19: without runners a rollout is finished at once (${force ? "force" : "graceful"})`,
    until: 1,
    play: (stage) => stage.rollout(0, { force }),
    check: ({ log, reports }) => {
      expect(log).toEqual(["0 rollout 1 finished"])
      expect(reports[0]).toMatchObject({ runners: [], state: "finished", capacity: { recoveryMs: 0 } })
    }
  })),
  {
    label: "T20: an operator kills a member",
    warm: 1,
    until: 10,
    play: (stage) => {
      stage.submit(-1, 7)
      stage.rollout(0)
      stage.kill(4, 1)
    },
    check: ({ log, reports: [report] }) => {
      expect(log).toEqual(["0 r1 DRAINING", "4 q1 503 runner_disconnected", "4 r1 TERMINATED", "4 rollout 1 finished"])
      expect(report!.runners).toMatchObject([{ endedBy: "killed", errored: 1, drainMs: null }])
    }
  },
  {
    label: "T21: scaling_delay adds itself to the cold start after a rollout",
    scaling: { scalingDelaySeconds: 30 },
    warm: 1,
    until: 45,
    play: (stage) => {
      stage.rollout(0)
      stage.submit(1, 5, queued)
    },
    check: ({ log }) =>
      expect(log).toEqual([
        "0 r1 TERMINATING",
        "1 r1 TERMINATED",
        "1 rollout 1 finished",
        "31 r2 PENDING",
        "33 r2 SETUP",
        "41 r2 IDLE",
        "41 r2 RUNNING",
        "41 q1 to r2"
      ])
  }
]
