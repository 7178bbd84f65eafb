import { expect } from "vitest"
import { ofRequests, type Scenario, type Stage } from "./Scenario.ts"

const queued = { kind: 1 } as const
const realtime = { kind: 2 } as const

/** One realtime session, which has been working on a message for a second when the rest is played. */
const inSession = (rest: (stage: Stage) => void): Pick<Scenario, "warm" | "until" | "play"> => ({
  warm: 1,
  until: 8,
  play: (stage) => {
    stage.submit(-2, 1000, realtime)
    stage.session(-1, 1, "message_began")
    rest(stage)
  }
})

/** Rollouts together with other things, by the rows of platform rules 8.3, 8.5, 8.6 and 8.7. */
export const together: ReadonlyArray<Scenario> = [
  {
    label: "a stop_first rollout takes over the marked runners: they count in both sets",
    warm: 2,
    until: 12,
    play: (stage) => {
      stage.submit(-1, 7)
      stage.rollout(0, { order: "replace_first" })
      stage.rollout(4)
    },
    check: ({ log, reports: [first, second] }) => {
      expect(first!.runners.map(({ id }) => id)).toEqual(["r1", "r2"])
      expect(second!.runners.map(({ id }) => id)).toEqual(["r1", "r2", "r3", "r4"])
      expect(first!.inFlight).toMatchObject({ atStart: 1, drained: 1 })
      expect(second!.inFlight).toMatchObject({ atStart: 1, drained: 1 })
      expect(log).toEqual([
        "0 r3 PENDING",
        "0 r4 PENDING",
        "2 r3 SETUP",
        "2 r4 SETUP",
        "4 r1 DRAINING",
        "4 r2 TERMINATING",
        "4 r3 TERMINATING",
        "4 r4 TERMINATING",
        "4 r3 TERMINATED",
        "4 r4 TERMINATED",
        "5 r2 TERMINATED",
        "6 q1 200",
        "6 r1 TERMINATING",
        "7 r1 TERMINATED",
        "7 rollout 1 finished",
        "7 rollout 2 finished"
      ])
    }
  },
  {
    label: "--force escalates two graceful rollouts at once, marked members too, but not who was marked alone",
    scaling: { maxConcurrency: 5 },
    warm: 4,
    until: 8,
    play: (stage) => {
      for (let n = 1; n <= 4; n++) stage.submit(-1, 30)
      stage.stop(-0.5, 4, "replace")
      stage.rollout(0, { order: "replace_first" })
      stage.rollout(1, { order: "replace_first" })
      stage.rollout(5, { force: true })
      stage.note(6, "fourth", () => [stage.view.stateOf(4), stage.view.isMarked(4)])
    },
    check: ({ log, notes, reports }) => {
      expect(notes["fourth"]).toEqual(["RUNNING", true])
      expect(reports).toHaveLength(2)
      expect(reports[0]).toMatchObject({ mode: "replace", order: "replace_first", state: "finished" })
      expect(reports[0]!.escalatedAtMs).toBe(reports[0]!.startedAtMs + 5000)
      expect(reports[0]!.runners.map(({ endedBy, errored, id }) => [id, endedBy, errored])).toEqual([
        ["r1", "escalated", 1],
        ["r2", "escalated", 1],
        ["r3", "escalated", 1],
        ["r5", "startup_cancelled", 0]
      ])
      expect(log.filter((line) => line.startsWith("5 "))).toEqual([
        ...[1, 2, 3].flatMap((n) => [`5 q${n} 503 runner_disconnected`, `5 r${n} TERMINATED`]),
        "5 rollout 1 finished"
      ])
    }
  },
  {
    label: "a forced rollout leaves a runner that drains for another reason to its grace timer",
    warm: 2,
    until: 10,
    play: (stage) => {
      stage.submit(-2, 8)
      stage.submit(-2, 30)
      stage.stop(-1, 1)
      stage.rollout(0, { force: true })
    },
    check: ({ log, reports: [report] }) => {
      expect(log).toEqual([
        "0 q2 503 runner_disconnected",
        "0 r2 TERMINATED",
        "0 rollout 1 finished",
        "6 q1 200",
        "6 r1 TERMINATING",
        "7 r1 TERMINATED"
      ])
      expect(report!.runners).toMatchObject([{ id: "r2", endedBy: "killed", errored: 1, drainMs: null }])
    }
  },
  {
    label: "a cancel in flight, then the end of the grace period: cancelled, not retried",
    revision: { gracePeriodSeconds: 5 },
    warm: 1,
    until: 10,
    play: (stage) => {
      stage.submit(-1, 30, queued)
      stage.rollout(0)
      stage.cancel(2, 1)
    },
    check: ({ log, reports: [report] }) => {
      expect(log).toEqual([
        "0 r1 DRAINING",
        "2 q1 cancel to r1",
        "5 q1 499 client_cancelled",
        "5 r1 TERMINATED",
        "5 rollout 1 finished"
      ])
      expect(report!.inFlight).toMatchObject({ atStart: 1, cancelled: 1, errored: 0, retried: 0 })
    }
  },
  {
    label: "request_timeout of a draining runner frees it: the attempt errors, the runner is drained",
    scaling: { requestTimeoutSeconds: 5 },
    warm: 1,
    until: 10,
    play: (stage) => {
      stage.submit(-2, 30)
      stage.rollout(0)
    },
    check: ({ log, reports: [report] }) => {
      expect(log).toEqual([
        "0 r1 DRAINING",
        "3 q1 504 request_timeout",
        "3 r1 TERMINATING",
        "4 r1 TERMINATED",
        "4 rollout 1 finished"
      ])
      expect(report!.runners).toMatchObject([
        { errored: 1, lost: 0, drainMs: 3000, endedBy: "drained", graceExceeded: false }
      ])
    }
  },
  {
    label: "what request_timeout ended is not what SIGKILL takes at the end of the grace period",
    scaling: { requestTimeoutSeconds: 5 },
    revision: { gracePeriodSeconds: 3.5, maxMultiplexing: 2 },
    warm: 2,
    until: 10,
    play: (stage) => {
      for (const atSeconds of [-2, -1.8, -1]) stage.submit(atSeconds, 30)
      stage.rollout(0)
    },
    check: ({ log, reports: [report] }) => {
      expect(ofRequests(log)).toEqual([
        "3 q1 504 request_timeout",
        "3.2 q2 504 request_timeout",
        "3.5 q3 503 runner_disconnected"
      ])
      expect(report!.runners).toMatchObject([
        { errored: 2, lost: 1, endedBy: "grace_exceeded" },
        { errored: 1, lost: 0, endedBy: "grace_exceeded" }
      ])
    }
  },
  {
    label: "with a grace period of 0 the graceful signal kills at once",
    revision: { gracePeriodSeconds: 0 },
    warm: 2,
    until: 2,
    play: (stage) => {
      stage.submit(-1, 30)
      stage.rollout(0)
    },
    check: ({ log, reports: [report] }) => {
      expect(log).toEqual([
        "0 q1 503 runner_disconnected",
        "0 r1 TERMINATED",
        "0 r2 TERMINATED",
        "0 rollout 1 finished"
      ])
      expect(report!.runners.map(({ drainMs, graceExceeded }) => [drainMs, graceExceeded])).toEqual([
        [0, true],
        [0, true]
      ])
    }
  },
  {
    label: "an app deleted during a rollout: the record is interrupted, what was in flight is not tried again",
    revision: { gracePeriodSeconds: 5 },
    scaling: { minConcurrency: 1, maxConcurrency: 1 },
    warm: 1,
    until: 10,
    play: (stage) => {
      stage.submit(-1, 30, queued)
      stage.submit(-0.5, 1, queued)
      stage.submit(-0.5, 1)
      stage.rollout(0)
      stage.remove(2)
    },
    check: ({ log, reports: [report] }) => {
      expect(log).toEqual([
        "0 r1 DRAINING",
        "0 r2 PENDING",
        "2 r2 SETUP",
        "2 q2 503 runner_scheduling_failure",
        "2 q3 503 runner_scheduling_failure",
        "2 r2 TERMINATING",
        "2 r2 TERMINATED",
        "5 q1 503 runner_scheduling_failure",
        "5 r1 TERMINATED",
        "5 rollout 1 finished"
      ])
      expect(report).toMatchObject({ state: "interrupted", inFlight: { atStart: 1, errored: 1 } })
    }
  },
  {
    label: "a member that crashes: endedBy crashed, its requests by the rules of a lost runner",
    warm: 1,
    until: 6,
    play: (stage) => {
      stage.submit(-1, 30)
      stage.rollout(0)
      stage.crash(3, 1)
    },
    check: ({ log, reports: [report] }) => {
      expect(log).toEqual(["0 r1 DRAINING", "3 q1 503 runner_disconnected", "3 r1 TERMINATED", "3 rollout 1 finished"])
      expect(report!.runners).toMatchObject([{ endedBy: "crashed", errored: 1, drainMs: null }])
    }
  },
  {
    label: "a session that works on a message may finish it, then is closed with 1012",
    ...inSession((stage) => {
      stage.rollout(0)
      stage.session(4, 1, "message_ended")
    }),
    check: ({ log, reports: [report] }) => {
      expect(log).toEqual([
        "0 r1 DRAINING",
        "4 q1 closed 1012",
        "4 q1 1012",
        "4 r1 TERMINATING",
        "5 r1 TERMINATED",
        "5 rollout 1 finished"
      ])
      expect(report!.runners).toMatchObject([{ drained: 1, drainMs: 4000 }])
    }
  },
  {
    label: "a session that works on two messages is closed with 1012 after the second",
    warm: 1,
    until: 8,
    play: (stage) => {
      stage.submit(-2, 1000, realtime)
      stage.session(-1.5, 1, "message_began")
      stage.session(-1, 1, "message_began")
      stage.rollout(0)
      stage.session(2, 1, "message_ended")
      stage.session(4, 1, "message_ended")
    },
    check: ({ log, reports: [report] }) => {
      expect(log).toContain("4 q1 closed 1012")
      expect(report).toMatchObject({ inFlight: { drained: 1, errored: 0 }, messagesLost: 0 })
    }
  },
  {
    label: "messages that are worked on when a session is lost are lost, each of them",
    warm: 1,
    until: 8,
    play: (stage) => {
      stage.submit(-2, 1000, realtime)
      stage.session(-1.5, 1, "message_began")
      stage.session(-1, 1, "message_ended")
      stage.session(-0.9, 1, "message_began")
      stage.session(-0.8, 1, "message_began")
      stage.rollout(0, { force: true })
    },
    check: ({ reports: [report] }) =>
      expect(report).toMatchObject({ inFlight: { drained: 0, errored: 1 }, messagesLost: 2 })
  },
  {
    label: "a session that a stopping runner lets go of has drained",
    ...inSession((stage) => {
      stage.rollout(0)
      stage.session(2, 1, "dropped")
    }),
    check: ({ log, reports: [report] }) => {
      expect(log).toContain("2 q1 1000")
      expect(report).toMatchObject({ inFlight: { drained: 1, errored: 0 }, messagesLost: 0 })
    }
  },
  {
    label: "a session that a runner lets go of though nobody told it to stop was cut",
    ...inSession((stage) => stage.session(2, 1, "dropped")),
    check: ({ log }) => expect(log).toContain("2 q1 502 runner_incomplete_response")
  },
  {
    label: "by force a session is closed with 1011 and counts as an error",
    warm: 1,
    until: 2,
    play: (stage) => {
      stage.submit(-2, 1000, realtime)
      stage.rollout(0, { force: true })
    },
    check: ({ log, reports: [report] }) => {
      expect(log.slice(0, 2)).toEqual(["0 q1 closed 1011", "0 q1 503 runner_disconnected"])
      expect(report!.inFlight.direct).toMatchObject({ atStart: 1, errored: 1 })
    }
  },
  {
    label: "scaling_delay with several waiting: replacements of the signals come only for those that are due",
    scaling: { scalingDelaySeconds: 10, maxConcurrency: 2 },
    warm: 2,
    until: 26,
    play: (stage) => {
      stage.submit(-12, 13)
      stage.submit(-12, 14)
      stage.submit(-11, 3, queued)
      stage.submit(-5, 3, queued)
      stage.rollout(0)
    },
    check: ({ log }) =>
      expect(log.filter((line) => /PENDING| to |rollout/.test(line))).toEqual([
        "0 r3 PENDING",
        "3 rollout 1 finished",
        "5 r4 PENDING",
        "10 q3 to r3",
        "13 q4 to r3"
      ])
  },
  {
    label: "a secret set after a rollout has begun is not seen by the replacements it has started",
    scaling: { minConcurrency: 1 },
    warm: 1,
    until: 11,
    play: (stage) => {
      stage.rollout(0)
      stage.setSecret(1)
      stage.note(10.5, "environment", () => stage.view.environmentOf(2))
    },
    check: ({ log, notes }) => {
      expect(notes["environment"]).toBe(1)
      expect(log.at(-1)).toBe("10 r2 IDLE")
    }
  }
]
