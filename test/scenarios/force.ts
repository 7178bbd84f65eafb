import { expect } from "vitest"
import { requestsAndRollouts, type Scenario } from "./Scenario.ts"

const queued = { kind: 1 } as const

/** The timelines of platform rule 8.9 by force. */
export const force: ReadonlyArray<Scenario> = [
  {
    label: "T8: by force a direct request errors and a queued one is retried",
    warm: 2,
    until: 21,
    play: (stage) => {
      stage.submit(-1, 10)
      stage.submit(-1, 10, queued)
      stage.rollout(0, { force: true })
    },
    check: ({ log, reports: [report] }) => {
      expect(log).toEqual([
        "0 q1 503 runner_disconnected",
        "0 r1 TERMINATED",
        "0 r2 TERMINATED",
        "0 rollout 1 finished",
        "1 r3 PENDING",
        "3 r3 SETUP",
        "11 r3 IDLE",
        "11 r3 RUNNING",
        "11 q2 to r3",
        "21 q2 200",
        "21 r3 IDLE"
      ])
      expect(report!.inFlight).toMatchObject({ atStart: 2, errored: 1, retried: 1 })
      expect(report!.coldStarts).toBe(1)
      expect(report!.mode).toBe("force")
      expect(report!.order).toBeNull()
    }
  },
  {
    label: "T11: with a backlog force is slower: it throws work away",
    scaling: { maxConcurrency: 2 },
    warm: 2,
    until: 40,
    play: (stage) => {
      stage.submit(-7, 10, queued)
      stage.submit(-5, 10, queued)
      for (let n = 3; n <= 6; n++) stage.submit(-0.5, 10, queued)
      stage.rollout(0, { force: true })
    },
    check: ({ log, reports: [report] }) => {
      expect(requestsAndRollouts(log)).toEqual([
        "0 rollout 1 finished",
        "10 q1 to r3",
        "10 q2 to r4",
        "20 q1 200",
        "20 q3 to r3",
        "20 q2 200",
        "20 q4 to r4",
        "30 q3 200",
        "30 q5 to r3",
        "30 q4 200",
        "30 q6 to r4",
        "40 q5 200",
        "40 q6 200"
      ])
      expect(log).toContain("0 r3 PENDING")
      expect(report!.inFlight).toMatchObject({ atStart: 2, retried: 2, errored: 0 })
    }
  },
  {
    label: "T13: --force during a graceful rollout escalates it and leaves the new runners alone",
    warm: 2,
    until: 12,
    play: (stage) => {
      stage.submit(-1, 21)
      stage.submit(-1, 3)
      stage.rollout(0)
      stage.submit(1, 5)
      stage.rollout(5, { force: true })
    },
    check: ({ log, reports }) => {
      expect(log).toEqual([
        "0 r1 DRAINING",
        "0 r2 DRAINING",
        "1 r3 PENDING",
        "2 q2 200",
        "2 r2 TERMINATING",
        "3 r3 SETUP",
        "3 r2 TERMINATED",
        "5 q1 503 runner_disconnected",
        "5 r1 TERMINATED",
        "5 rollout 1 finished",
        "11 r3 IDLE",
        "11 r3 RUNNING",
        "11 q3 to r3"
      ])
      expect(reports).toHaveLength(1)
      expect(reports[0]).toMatchObject({
        mode: "graceful",
        escalatedAtMs: reports[0]!.startedAtMs + 5000,
        runners: [
          { endedBy: "escalated", errored: 1, drainMs: null },
          { endedBy: "drained", drained: 1 }
        ]
      })
    }
  }
]
